package io.tallystream.query.report;

import static java.util.Objects.requireNonNull;

import io.tallystream.query.span.Bucket;
import io.tallystream.query.span.Spans;
import io.tallystream.query.stats.Shares;
import io.tallystream.query.store.Ranking;
import io.tallystream.query.store.Snapshot;
import io.tallystream.query.store.Stages;
import io.tallystream.schema.count.CountTable;
import io.tallystream.schema.count.Dimension;
import io.tallystream.schema.count.Granularity;
import io.tallystream.schema.count.Metric;
import io.tallystream.schema.count.OtherMember;
import io.tallystream.schema.count.Window;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** The numbers of a report, from the counts of one moment. */
final class ReportFigures {
    /** How many endpoints are named; the calls of further ones are one entry, so that all add up to the total. */
    static final int MAX_ENDPOINTS = 1_000;

    private static final int PRODUCTS = 10;
    /** What a report says first of a day, and of the days that it is compared with. */
    private static final Map<String, Metric> TOTALS = totals();

    /** Calls by what they were. */
    private static final List<String> BREAKDOWNS = List.of("api_breakdown", "status_breakdown");

    private final Spans spans;

    ReportFigures(Spans spans) {
        this.spans = requireNonNull(spans, "spans");
    }

    private static Map<String, Metric> totals() {
        Map<String, Metric> totals = new LinkedHashMap<>();
        totals.put("total_calls", Metric.CALLS);
        totals.put("clicks", Metric.CLICKS);
        totals.put("page_views", Metric.PAGE_VIEWS);
        totals.put("active_users", Metric.ACTIVE_USERS);
        totals.put("new_users", Metric.NEW_USERS);
        return totals;
    }

    /** Those of a day, and of the days it is compared with. */
    CompletionStage<JsonObject> read(Snapshot snapshot, Window window, Instant now) {
        Bucket day = spans.bucketAt(Granularity.DAY, spans.calendar().startOf(window));
        // All are sent before the first reply is awaited.
        CompletableFuture<JsonObject> own = totals(snapshot, window).toCompletableFuture();
        CompletableFuture<Ranking> statuses = snapshot.statuses(window).toCompletableFuture();
        CompletableFuture<Ranking> endpoints = top(snapshot, window, Metric.CALLS, Dimension.ENDPOINT, MAX_ENDPOINTS);
        CompletableFuture<Ranking> products = top(snapshot, window, Metric.CLICKS, Dimension.PRODUCT, PRODUCTS);
        CompletableFuture<JsonObject> busiest = busiestHour(snapshot, day, now).toCompletableFuture();
        CompletableFuture<JsonObject> dayBefore = compared(
                        snapshot, spans.bucketAt(Granularity.DAY, day.start().minusMillis(1)), now)
                .toCompletableFuture();
        CompletableFuture<JsonObject> weekBefore = compared(
                        snapshot,
                        spans.bucketAt(
                                Granularity.DAY,
                                day.start()
                                        .atZone(spans.calendar().zone())
                                        .minusWeeks(1)
                                        .toInstant()),
                        now)
                .toCompletableFuture();
        return CompletableFuture.allOf(own, statuses, endpoints, products, busiest, dayBefore, weekBefore)
                .thenApply(all -> own.join()
                        .put("api_breakdown", breakdown(endpoints.join(), own.join()))
                        .put("status_breakdown", breakdown(statuses.join(), own.join()))
                        .put("top_products", products(products.join()))
                        .put("busiest_hour", busiest.join())
                        .put(
                                "compared_with",
                                new JsonObject()
                                        .put("day_before", withChanges(own.join(), dayBefore.join()))
                                        .put("same_weekday", withChanges(own.join(), weekBefore.join()))));
    }

    /** Whether a day had nothing at all. */
    static boolean isEmpty(JsonObject figures) {
        return TOTALS.keySet().stream().allMatch(name -> figures.getLong(name) == 0);
    }

    /** Whether some number is below what it was, which no event can bring about. */
    static boolean isLess(JsonObject figures, JsonObject before) {
        return TOTALS.keySet().stream().anyMatch(name -> figures.getLong(name) < before.getLong(name, 0L))
                || BREAKDOWNS.stream()
                        .anyMatch(name -> isBreakdownLess(figures.getJsonObject(name), before.getJsonObject(name)))
                || isLess(clicks(figures), clicks(before));
    }

    private static boolean isBreakdownLess(JsonObject found, JsonObject before) {
        return isLess(named(found), named(before));
    }

    /** Of so many at least, and none of those in both: where there are too many, others may have taken a place. */
    private static boolean isLess(Map<String, Long> found, Map<String, Long> before) {
        return found.size() < before.size()
                || before.entrySet().stream()
                        .anyMatch(count -> found.getOrDefault(count.getKey(), Long.MAX_VALUE) < count.getValue());
    }

    /** Without what is not counted by name, which becomes less when one of these has its own name after all. */
    private static Map<String, Long> named(JsonObject breakdown) {
        Map<String, Long> named = new HashMap<>();
        breakdown.forEach(entry -> named.put(entry.getKey(), breakdown.getLong(entry.getKey())));
        named.remove(OtherMember.NAME);
        return named;
    }

    private static Map<String, Long> clicks(JsonObject figures) {
        Map<String, Long> clicks = new HashMap<>();
        JsonArray products = figures.getJsonArray("top_products");
        for (int i = 0; i < products.size(); i++) {
            JsonObject product = products.getJsonObject(i);
            clicks.put(product.getString("product_id"), product.getLong("clicks"));
        }
        return clicks;
    }

    /** Whether what is said of the day itself is the same; the days it is compared with have reports of their own. */
    static boolean isSame(JsonObject figures, JsonObject before) {
        List<String> names = new ArrayList<>(TOTALS.keySet());
        names.addAll(BREAKDOWNS);
        names.add("top_products");
        // As they are read back: numbers of the same width.
        JsonObject read = new JsonObject(figures.encode());
        return names.stream().allMatch(name -> read.getValue(name).equals(before.getValue(name)));
    }

    private static CompletionStage<JsonObject> totals(Snapshot snapshot, Window window) {
        return snapshot.totals(window).thenCombine(snapshot.statuses(window), (totals, statuses) -> {
            JsonObject json = new JsonObject();
            TOTALS.forEach((name, metric) -> {
                json.put(name, totals.getOrDefault(metric, 0L));
                if (metric == Metric.CALLS) {
                    json.put("success_rate", Shares.successRate(statuses.entries()));
                }
            });
            return json;
        });
    }

    private static CompletableFuture<Ranking> top(
            Snapshot snapshot, Window window, Metric metric, Dimension dimension, int limit) {
        return snapshot.ranking(window, metric, dimension, Ranking.Order.DESCENDING, 0, limit)
                .toCompletableFuture();
    }

    private static JsonObject breakdown(Ranking ranking, JsonObject totals) {
        JsonObject json = new JsonObject();
        long named = 0;
        for (Ranking.Entry entry : ranking.entries()) {
            json.put(entry.member(), entry.count());
            named += entry.count();
        }
        long rest = totals.getLong("total_calls") - named;
        if (ranking.members() > ranking.entries().size() && rest > 0) {
            json.put(OtherMember.NAME, json.getLong(OtherMember.NAME, 0L) + rest);
        }
        return json;
    }

    private static JsonArray products(Ranking products) {
        JsonArray json = new JsonArray();
        products.entries()
                .forEach(product -> json.add(
                        new JsonObject().put("product_id", product.member()).put("clicks", product.count())));
        return json;
    }

    /** Null where no hour had a call, or hours are kept no more. */
    private CompletionStage<JsonObject> busiestHour(Snapshot snapshot, Bucket day, Instant now) {
        List<Bucket> hours = spans.within(day, Granularity.HOUR);
        if (!spans.isKept(hours.get(0).window(), callsRow(), now)) {
            return CompletableFuture.completedFuture(null);
        }
        return Stages.all(hours.stream()
                        .map(hour -> snapshot.totals(hour.window()))
                        .toList())
                .thenApply(totals -> {
                    Bucket busiest = null;
                    long most = 0;
                    for (int i = 0; i < hours.size(); i++) {
                        long calls = totals.get(i).getOrDefault(Metric.CALLS, 0L);
                        if (calls > most) {
                            most = calls;
                            busiest = hours.get(i);
                        }
                    }
                    return busiest == null
                            ? null
                            : new JsonObject()
                                    .put("start", busiest.start().toString())
                                    .put(
                                            "hour",
                                            busiest.start()
                                                    .atZone(spans.calendar().zone())
                                                    .getHour())
                                    .put("calls", most);
                });
    }

    /** Null where that day is kept no more. */
    private CompletionStage<JsonObject> compared(Snapshot snapshot, Bucket day, Instant now) {
        if (!spans.isKept(day.window(), callsRow(), now)) {
            return CompletableFuture.completedFuture(null);
        }
        return totals(snapshot, day.window())
                .thenApply(totals ->
                        new JsonObject().put("date", day.window().label()).mergeIn(totals));
    }

    private static JsonObject withChanges(JsonObject own, JsonObject other) {
        if (other == null) {
            return null;
        }
        JsonObject changes = new JsonObject();
        TOTALS.keySet()
                .forEach(name ->
                        changes.put(name, Shares.of(own.getLong(name) - other.getLong(name), other.getLong(name))));
        return other.put("change", changes);
    }

    /** What there is of a day for as long as there is anything. */
    static CountTable.Row callsRow() {
        return CountTable.find(Metric.CALLS, Dimension.TOTAL).orElseThrow();
    }
}
