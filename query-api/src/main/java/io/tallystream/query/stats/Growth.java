package io.tallystream.query.stats;

import static java.util.Objects.requireNonNull;

import io.tallystream.query.contract.Parameters;
import io.tallystream.query.contract.RefusedException;
import io.tallystream.query.export.Table;
import io.tallystream.query.span.Bucket;
import io.tallystream.query.span.Span;
import io.tallystream.query.store.Snapshot;
import io.tallystream.query.store.Stages;
import io.tallystream.schema.count.CountAddress;
import io.tallystream.schema.count.Dimension;
import io.tallystream.schema.count.Granularity;
import io.tallystream.schema.count.Metric;
import io.tallystream.schema.count.Window;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/** How many users there are, day by day. */
public final class Growth {
    private static final int DAYS = 30;

    private final Desk desk;

    /** Asks there. */
    public Growth(Desk desk) {
        this.desk = requireNonNull(desk, "desk");
    }

    /** @param total how many users had been seen by the end of the day */
    private record Day(
            Bucket bucket, long fresh, long active, long ofSevenDays, long ofThirtyDays, long total, boolean isFinal) {}

    private static final Map<String, Function<Day, Object>> COLUMNS = columns();

    private static Map<String, Function<Day, Object>> columns() {
        Map<String, Function<Day, Object>> columns = new LinkedHashMap<>();
        columns.put("date", day -> day.bucket().window().label());
        columns.put("new_users", Day::fresh);
        columns.put("active_users", Day::active);
        columns.put("active_users_7d", Day::ofSevenDays);
        columns.put("active_users_30d", Day::ofThirtyDays);
        columns.put("total_users", Day::total);
        columns.put("final", Day::isFinal);
        return columns;
    }

    /**
     * The users of each day.
     *
     * @throws RefusedException if the question has no answer
     */
    public CompletionStage<JsonObject> read(Parameters parameters) {
        Instant now = desk.now();
        Span span = span(parameters, now);
        return desk.json(
                now,
                snapshot -> days(snapshot, span, now).thenApply(days -> {
                    JsonArray data = new JsonArray();
                    for (Day day : days) {
                        JsonObject json = new JsonObject();
                        COLUMNS.forEach((name, value) -> json.put(name, value.apply(day)));
                        data.add(json);
                    }
                    return new JsonObject()
                            .put("from", span.from().toString())
                            .put("to", span.to().toString())
                            .put("data", data);
                }));
    }

    /**
     * The same as a table.
     *
     * @throws RefusedException if the question has no answer
     */
    public Table table(Parameters parameters) {
        Instant now = desk.now();
        Span span = span(parameters, now);
        return desk.about(
                now,
                Table.of(
                        List.copyOf(COLUMNS.keySet()),
                        () -> desk.ask(snapshot -> days(snapshot, span, now))
                                .thenApply(answer -> answer.value().stream()
                                        .map(day -> COLUMNS.values().stream()
                                                .map(value -> value.apply(day))
                                                .toList())
                                        .toList())));
    }

    private Span span(Parameters parameters, Instant now) {
        return desk.spans().days(parameters, Rows.require(Metric.NEW_USERS, Dimension.TOTAL), DAYS, now);
    }

    private CompletionStage<List<Day>> days(Snapshot snapshot, Span span, Instant now) {
        List<Bucket> asked = span.buckets();
        // Back from all users there are now, since days of long ago are forgotten.
        List<Bucket> after = daysAfter(asked.get(asked.size() - 1), now);
        CompletionStage<Long> users = snapshot.count(CountAddress.ofTotal(Metric.NEW_USERS, Window.LIFETIME));
        CompletionStage<List<Long>> newAfter = snapshot.counts(after.stream()
                .map(bucket -> CountAddress.ofTotal(Metric.NEW_USERS, bucket.window()))
                .toList());
        CompletionStage<List<Map<Metric, Long>>> totals = Stages.all(
                asked.stream().map(bucket -> snapshot.totals(bucket.window())).toList());
        return users.thenCombine(
                        newAfter,
                        (all, later) ->
                                all - later.stream().mapToLong(Long::longValue).sum())
                .thenCombine(totals, (usersAtEnd, byDay) -> days(asked, usersAtEnd, byDay, now));
    }

    private List<Bucket> daysAfter(Bucket last, Instant now) {
        List<Bucket> days = new ArrayList<>();
        // Users of zones ahead, or whose clocks are: a day more than today may have begun.
        Instant end = desk.spans().bucketAt(Granularity.DAY, now).end();
        for (Instant time = last.end(); !time.isAfter(end); ) {
            Bucket day = desk.spans().bucketAt(Granularity.DAY, time);
            days.add(day);
            time = day.end();
        }
        return days;
    }

    private List<Day> days(List<Bucket> asked, long usersAtEnd, List<Map<Metric, Long>> byDay, Instant now) {
        List<Day> days = new ArrayList<>();
        long total = usersAtEnd;
        for (int i = asked.size() - 1; i >= 0; i--) {
            Map<Metric, Long> totals = byDay.get(i);
            long fresh = totals.getOrDefault(Metric.NEW_USERS, 0L);
            days.add(
                    0,
                    new Day(
                            asked.get(i),
                            fresh,
                            totals.getOrDefault(Metric.ACTIVE_USERS, 0L),
                            totals.getOrDefault(Metric.ACTIVE_USERS_7D, 0L),
                            totals.getOrDefault(Metric.ACTIVE_USERS_30D, 0L),
                            Math.max(0, total),
                            desk.spans().isFinal(asked.get(i), now)));
            total -= fresh;
        }
        return days;
    }
}
