package io.tallystream.query.stats;

import static java.util.Objects.requireNonNull;

import io.tallystream.query.contract.Parameters;
import io.tallystream.query.contract.RefusedException;
import io.tallystream.query.export.Table;
import io.tallystream.query.span.Bucket;
import io.tallystream.query.store.Ranking;
import io.tallystream.query.store.Snapshot;
import io.tallystream.schema.count.CountTable;
import io.tallystream.schema.count.Dimension;
import io.tallystream.schema.count.Granularity;
import io.tallystream.schema.count.Metric;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Which members of a dimension have the highest counts in a window, or the lowest, and their share of the total. */
public final class Top {
    private static final int PAGE = 1_000;

    private final Desk desk;

    /** Asks there. */
    public Top(Desk desk) {
        this.desk = requireNonNull(desk, "desk");
    }

    private record Question(
            Metric metric, Dimension dimension, Bucket bucket, Ranking.Order order, int offset, int limit) {}

    private record Found(Ranking ranking, Long total) {}

    /**
     * A page of members.
     *
     * @throws RefusedException if the question has no answer
     */
    public CompletionStage<JsonObject> read(Parameters parameters) {
        Instant now = desk.now();
        Question question = question(parameters, now);
        return desk.json(now, snapshot -> read(snapshot, question).thenApply(found -> json(question, found, now)));
    }

    /**
     * A page of members as a table, and all of them where no limit was given.
     *
     * @throws RefusedException if the question has no answer
     */
    public Table table(Parameters parameters) {
        Instant now = desk.now();
        Question question = question(parameters, now);
        List<String> columns = List.of(question.dimension().wireName(), "count", "share");
        if (parameters.has("limit") || parameters.has("offset") || question.order() == Ranking.Order.ASCENDING) {
            return desk.about(
                    now,
                    Table.of(
                            columns,
                            () -> desk.ask(snapshot -> read(snapshot, question))
                                    .thenApply(answer -> rows(
                                            answer.value().ranking().entries(),
                                            answer.value().total()))));
        }
        AllMembers<List<Object>> all = new AllMembers<>(
                new OneGeneration(desk),
                question.bucket().window(),
                question.metric(),
                question.dimension(),
                PAGE,
                (snapshot, entries) -> total(snapshot, question).thenApply(total -> rows(entries, total)));
        return desk.about(now, new Table(columns, all::next));
    }

    private Question question(Parameters parameters, Instant now) {
        Metric metric = parameters.choice("metric", Metric::ofWireName);
        CountTable.Row row = Rows.require(metric, parameters.choice("dimension", Dimension::ofWireName));
        Granularity granularity = parameters.choice("granularity", Granularity::ofWireName);
        Bucket bucket = desk.spans().window(parameters, granularity, now);
        desk.spans().requireKept(bucket, row, "window", now);
        return new Question(
                metric,
                row.dimension(),
                bucket,
                orderOf(parameters),
                parameters.number("offset"),
                parameters.number("limit"));
    }

    static Ranking.Order orderOf(Parameters parameters) {
        return parameters.text("order").equals("asc") ? Ranking.Order.ASCENDING : Ranking.Order.DESCENDING;
    }

    private static CompletionStage<Found> read(Snapshot snapshot, Question question) {
        CompletionStage<Long> total = total(snapshot, question);
        return snapshot.ranking(
                        question.bucket().window(),
                        question.metric(),
                        question.dimension(),
                        question.order(),
                        question.offset(),
                        question.limit())
                .thenCombine(total, Found::new);
    }

    /** Null where no total is counted. */
    private static CompletionStage<Long> total(Snapshot snapshot, Question question) {
        boolean isCounted = CountTable.find(question.metric(), Dimension.TOTAL)
                .filter(row ->
                        row.granularities().contains(question.bucket().window().granularity()))
                .isPresent();
        return isCounted
                ? snapshot.totals(question.bucket().window())
                        .thenApply(totals -> totals.getOrDefault(question.metric(), 0L))
                : CompletableFuture.completedFuture(null);
    }

    private JsonObject json(Question question, Found found, Instant now) {
        JsonArray data = new JsonArray();
        int rank = question.offset();
        for (Ranking.Entry entry : found.ranking().entries()) {
            data.add(new JsonObject()
                    .put("rank", ++rank)
                    .put("member", entry.member())
                    .put("count", entry.count())
                    .put("share", share(entry, found.total())));
        }
        JsonObject json = new JsonObject()
                .put("metric", question.metric().wireName())
                .put("dimension", question.dimension().wireName());
        WindowJson.put(json, question.bucket(), desk.spans().isFinal(question.bucket(), now));
        return json.put("total", found.total())
                .put("members", found.ranking().members())
                .put("offset", question.offset())
                .put("limit", question.limit())
                .put("data", data);
    }

    private static List<List<Object>> rows(List<Ranking.Entry> entries, Long total) {
        return entries.stream()
                .map(entry -> Arrays.<Object>asList(entry.member(), entry.count(), share(entry, total)))
                .toList();
    }

    private static Double share(Ranking.Entry entry, Long total) {
        return total == null ? null : Shares.of(entry.count(), total);
    }
}
