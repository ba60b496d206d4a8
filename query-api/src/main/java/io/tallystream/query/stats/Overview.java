package io.tallystream.query.stats;

import static java.util.Objects.requireNonNull;

import io.tallystream.query.span.Bucket;
import io.tallystream.query.store.Ranking;
import io.tallystream.query.store.Snapshot;
import io.tallystream.schema.count.Dimension;
import io.tallystream.schema.count.Granularity;
import io.tallystream.schema.count.Metric;
import io.tallystream.schema.redis.Freshness;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** How the day is going. */
public final class Overview {
    private static final int HOT_APIS = 5;

    private final Desk desk;

    /** Asks there. */
    public Overview(Desk desk) {
        this.desk = requireNonNull(desk, "desk");
    }

    /** Today, this hour, and today's most called endpoints, as they are now. */
    public CompletionStage<JsonObject> read() {
        Instant now = desk.now();
        return desk.json(now, snapshot -> read(snapshot, now));
    }

    /** The same from a snapshot, without what all answers have. */
    CompletionStage<JsonObject> read(Snapshot snapshot, Instant now) {
        Bucket today = desk.spans().bucketAt(Granularity.DAY, now);
        Bucket hour = desk.spans().bucketAt(Granularity.HOUR, now);
        // All are sent before the first reply is awaited.
        CompletableFuture<Map<Metric, Long>> dayTotals =
                snapshot.totals(today.window()).toCompletableFuture();
        CompletableFuture<Map<Metric, Long>> hourTotals =
                snapshot.totals(hour.window()).toCompletableFuture();
        CompletableFuture<Ranking> statuses = snapshot.statuses(today.window()).toCompletableFuture();
        CompletableFuture<Optional<Freshness>> freshness = snapshot.freshness().toCompletableFuture();
        CompletableFuture<Ranking> endpoints = snapshot.ranking(
                        today.window(), Metric.CALLS, Dimension.ENDPOINT, Ranking.Order.DESCENDING, 0, HOT_APIS)
                .toCompletableFuture();
        return CompletableFuture.allOf(dayTotals, hourTotals, statuses, freshness, endpoints)
                .thenApply(all -> new JsonObject()
                        .put("freshness", FreshnessJson.of(freshness.join(), now))
                        .put(
                                "today",
                                today(today, dayTotals.join(), statuses.join().entries()))
                        .put("current_hour", hour(hour, hourTotals.join()))
                        .put("hot_apis", hotApis(endpoints.join().entries())));
    }

    private static JsonObject today(Bucket today, Map<Metric, Long> totals, List<Ranking.Entry> statuses) {
        return new JsonObject()
                .put("date", today.window().label())
                .put("calls", total(totals, Metric.CALLS))
                .put("success_rate", Shares.successRate(statuses))
                .put("clicks", total(totals, Metric.CLICKS))
                .put("page_views", total(totals, Metric.PAGE_VIEWS))
                .put("active_users", total(totals, Metric.ACTIVE_USERS))
                .put("new_users", total(totals, Metric.NEW_USERS));
    }

    private JsonObject hour(Bucket hour, Map<Metric, Long> totals) {
        return new JsonObject()
                .put("hour", hour.start().atZone(desk.spans().calendar().zone()).getHour())
                .put("start", hour.start().toString())
                .put("calls", total(totals, Metric.CALLS));
    }

    private static JsonArray hotApis(List<Ranking.Entry> endpoints) {
        JsonArray apis = new JsonArray();
        endpoints.forEach(endpoint ->
                apis.add(new JsonObject().put("api", endpoint.member()).put("calls", endpoint.count())));
        return apis;
    }

    private static long total(Map<Metric, Long> totals, Metric metric) {
        return totals.getOrDefault(metric, 0L);
    }
}
