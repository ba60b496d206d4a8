package io.tallystream.query.stats;

import static java.util.Objects.requireNonNull;

import io.tallystream.query.store.CountReader;
import io.tallystream.schema.count.Dimension;
import io.tallystream.schema.count.Granularity;
import io.tallystream.schema.count.Metric;
import io.tallystream.schema.count.Window;
import io.tallystream.schema.count.WindowCalendar;
import io.tallystream.schema.event.CallStatus;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** How the day is going. */
public final class Overview {
    private static final int HOT_APIS = 5;
    // More than there are: every HTTP status code, success and error.
    private static final int ALL_STATUSES = 1_000;

    private final CountReader counts;
    private final WindowCalendar calendar;
    private final Clock clock;

    /** Reads from those counts. */
    public Overview(CountReader counts, WindowCalendar calendar, Clock clock) {
        this.counts = requireNonNull(counts, "counts");
        this.calendar = requireNonNull(calendar, "calendar");
        this.clock = requireNonNull(clock, "clock");
    }

    /** Today, this hour, and today's most called endpoints, as they are now. */
    public CompletionStage<JsonObject> read() {
        return counts.answer(this::read);
    }

    private CompletionStage<JsonObject> read(CountReader.Snapshot snapshot) {
        Instant now = clock.instant();
        Window today = calendar.windowAt(Granularity.DAY, now);
        Window hour = calendar.windowAt(Granularity.HOUR, now);
        // All are sent before the first reply is awaited.
        CompletableFuture<Map<Metric, Long>> dayTotals = snapshot.totals(today).toCompletableFuture();
        CompletableFuture<Map<Metric, Long>> hourTotals = snapshot.totals(hour).toCompletableFuture();
        CompletableFuture<Map<String, Long>> statuses = snapshot.top(
                        today, Metric.CALLS, Dimension.STATUS, ALL_STATUSES)
                .toCompletableFuture();
        CompletableFuture<Map<String, Long>> endpoints =
                snapshot.top(today, Metric.CALLS, Dimension.ENDPOINT, HOT_APIS).toCompletableFuture();
        return CompletableFuture.allOf(dayTotals, hourTotals, statuses, endpoints)
                .thenApply(all -> new JsonObject()
                        .put("as_of", now.truncatedTo(ChronoUnit.SECONDS).toString())
                        .put("time_zone", calendar.zone().getId())
                        .put("today", today(today, dayTotals.join(), statuses.join()))
                        .put("current_hour", hour(hour, hourTotals.join()))
                        .put("hot_apis", hotApis(endpoints.join())));
    }

    private static JsonObject today(Window today, Map<Metric, Long> totals, Map<String, Long> statuses) {
        return new JsonObject()
                .put("date", today.label())
                .put("calls", total(totals, Metric.CALLS))
                .put("success_rate", successRate(statuses))
                .put("clicks", total(totals, Metric.CLICKS))
                .put("page_views", total(totals, Metric.PAGE_VIEWS))
                .put("active_users", total(totals, Metric.ACTIVE_USERS))
                .put("new_users", total(totals, Metric.NEW_USERS));
    }

    private JsonObject hour(Window hour, Map<Metric, Long> totals) {
        Instant start = calendar.startOf(hour);
        return new JsonObject()
                .put("hour", start.atZone(calendar.zone()).getHour())
                .put("start", start.toString())
                .put("calls", total(totals, Metric.CALLS));
    }

    private static JsonArray hotApis(Map<String, Long> endpoints) {
        JsonArray apis = new JsonArray();
        endpoints.forEach((endpoint, calls) ->
                apis.add(new JsonObject().put("api", endpoint).put("calls", calls)));
        return apis;
    }

    /** @return null if there were no calls: then there is no rate, good or bad */
    private static Double successRate(Map<String, Long> statuses) {
        long calls = statuses.values().stream().mapToLong(Long::longValue).sum();
        long successes = statuses.entrySet().stream()
                .filter(status -> isSuccess(status.getKey()))
                .mapToLong(Map.Entry::getValue)
                .sum();
        return calls == 0 ? null : (double) successes / calls;
    }

    private static boolean isSuccess(String member) {
        CallStatus status = CallStatus.parse(member);
        // A status that this version does not know is not called a success.
        return status != null && status.isSuccess();
    }

    private static long total(Map<Metric, Long> totals, Metric metric) {
        return totals.getOrDefault(metric, 0L);
    }
}
