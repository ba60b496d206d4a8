package io.tallystream.query.stats;

import static java.util.Objects.requireNonNull;

import io.tallystream.query.contract.Parameters;
import io.tallystream.query.contract.RefusedException;
import io.tallystream.query.export.Table;
import io.tallystream.query.span.Bucket;
import io.tallystream.query.store.Ranking;
import io.tallystream.query.store.Snapshot;
import io.tallystream.query.store.Stages;
import io.tallystream.schema.count.CountTable;
import io.tallystream.schema.count.Dimension;
import io.tallystream.schema.count.Granularity;
import io.tallystream.schema.count.Metric;
import io.tallystream.schema.count.Window;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletionStage;

/** The table of endpoints: calls, how many of them succeeded, and how long they took. */
public final class Endpoints {
    private static final int PAGE = 100;

    private final Desk desk;

    /** Asks there. */
    public Endpoints(Desk desk) {
        this.desk = requireNonNull(desk, "desk");
    }

    private record Question(Bucket bucket, Ranking.Order order, int offset, int limit) {
        Window window() {
            return bucket.window();
        }
    }

    /** A line of the table. */
    private record Line(String endpoint, long calls, List<Ranking.Entry> statuses, Percentiles latencies) {}

    /**
     * A page of the table.
     *
     * @throws RefusedException if the question has no answer
     */
    public CompletionStage<JsonObject> read(Parameters parameters) {
        Instant now = desk.now();
        Question question = question(parameters, now);
        return desk.json(
                now,
                snapshot -> snapshot.ranking(
                                question.window(),
                                Metric.CALLS,
                                Dimension.ENDPOINT,
                                question.order(),
                                question.offset(),
                                question.limit())
                        .thenCompose(page -> lines(snapshot, question.window(), page.entries())
                                .thenApply(lines -> json(question, page, lines, now))));
    }

    /**
     * A page of the table, and all of it where no limit was given.
     *
     * @throws RefusedException if the question has no answer
     */
    public Table table(Parameters parameters) {
        Instant now = desk.now();
        Question question = question(parameters, now);
        List<String> columns = List.of("endpoint", "calls", "success_rate", "timed_calls", "p50", "p90", "p95", "p99");
        if (parameters.has("limit") || parameters.has("offset") || question.order() == Ranking.Order.ASCENDING) {
            return desk.about(
                    now,
                    Table.of(
                            columns,
                            () -> desk.ask(snapshot -> snapshot.ranking(
                                                    question.window(),
                                                    Metric.CALLS,
                                                    Dimension.ENDPOINT,
                                                    question.order(),
                                                    question.offset(),
                                                    question.limit())
                                            .thenCompose(page -> lines(snapshot, question.window(), page.entries())))
                                    .thenApply(answer -> answer.value().stream()
                                            .map(Endpoints::row)
                                            .toList())));
        }
        AllMembers<List<Object>> all = new AllMembers<>(
                new OneGeneration(desk),
                question.window(),
                Metric.CALLS,
                Dimension.ENDPOINT,
                PAGE,
                (snapshot, entries) -> lines(snapshot, question.window(), entries)
                        .thenApply(lines -> lines.stream().map(Endpoints::row).toList()));
        return desk.about(now, new Table(columns, all::next));
    }

    private Question question(Parameters parameters, Instant now) {
        Granularity granularity = parameters.choice("granularity", Granularity::ofWireName);
        CountTable.Row row = Rows.require(Metric.LATENCY, Dimension.ENDPOINT_LATENCY);
        Bucket bucket = desk.spans().window(parameters, granularity, now);
        desk.spans().requireKept(bucket, row, "window", now);
        return new Question(bucket, Top.orderOf(parameters), parameters.number("offset"), parameters.number("limit"));
    }

    private static CompletionStage<List<Line>> lines(Snapshot snapshot, Window window, List<Ranking.Entry> endpoints) {
        return snapshot.statuses(window)
                .thenCompose(statuses -> Stages.all(endpoints.stream()
                        .map(endpoint -> line(snapshot, window, endpoint, statuses.entries()))
                        .toList()));
    }

    private static CompletionStage<Line> line(
            Snapshot snapshot, Window window, Ranking.Entry endpoint, List<Ranking.Entry> statuses) {
        CompletionStage<List<Ranking.Entry>> byStatus =
                StatusBreakdown.ofEndpoint(snapshot, window, endpoint.member(), statuses);
        return Latency.bucketCounts(snapshot, window, endpoint.member())
                .thenCombine(
                        byStatus,
                        (latencies, counts) ->
                                new Line(endpoint.member(), endpoint.count(), counts, new Percentiles(latencies)));
    }

    private JsonObject json(Question question, Ranking page, List<Line> lines, Instant now) {
        JsonArray data = new JsonArray();
        for (Line line : lines) {
            data.add(line.latencies()
                    .putInto(new JsonObject()
                            .put("endpoint", line.endpoint())
                            .put("calls", line.calls())
                            .put("success_rate", Shares.successRate(line.statuses()))));
        }
        JsonObject json = new JsonObject();
        WindowJson.put(json, question.bucket(), desk.spans().isFinal(question.bucket(), now));
        return json.put("members", page.members())
                .put("offset", question.offset())
                .put("limit", question.limit())
                .put("data", data);
    }

    private static List<Object> row(Line line) {
        Percentiles latencies = line.latencies();
        return new ArrayList<>(Arrays.asList(
                line.endpoint(),
                line.calls(),
                Shares.successRate(line.statuses()),
                latencies.total(),
                latencies.of(0.50),
                latencies.of(0.90),
                latencies.of(0.95),
                latencies.of(0.99)));
    }
}
