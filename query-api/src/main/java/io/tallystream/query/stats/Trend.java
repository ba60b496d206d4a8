package io.tallystream.query.stats;

import static java.util.Objects.requireNonNull;

import io.tallystream.query.contract.Parameters;
import io.tallystream.query.contract.RefusedException;
import io.tallystream.query.export.Table;
import io.tallystream.query.span.Bucket;
import io.tallystream.query.span.Span;
import io.tallystream.query.store.Snapshot;
import io.tallystream.schema.count.CountAddress;
import io.tallystream.schema.count.CountTable;
import io.tallystream.schema.count.Dimension;
import io.tallystream.schema.count.Metric;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** How a metric went, or one member of a dimension of it, window by window. */
public final class Trend {
    private final Desk desk;

    /** Asks there. */
    public Trend(Desk desk) {
        this.desk = requireNonNull(desk, "desk");
    }

    /** What is asked: these windows, and those to compare with. */
    private record Question(
            Metric metric,
            Dimension dimension,
            String member,
            Span span,
            Optional<Span> comparison,
            Optional<String> compare) {
        CountAddress address(Bucket bucket) {
            return new CountAddress(metric, bucket.window(), dimension, member);
        }
    }

    private record Counts(List<Long> asked, Optional<List<Long>> compared) {}

    /**
     * The counts of each window, oldest first.
     *
     * @throws RefusedException if the question has no answer
     */
    public CompletionStage<JsonObject> read(Parameters parameters) {
        Instant now = desk.now();
        Question question = question(parameters, now);
        return desk.json(now, snapshot -> read(snapshot, question).thenApply(counts -> json(question, counts, now)));
    }

    /**
     * The same as a table.
     *
     * @throws RefusedException if the question has no answer
     */
    public Table table(Parameters parameters) {
        Instant now = desk.now();
        Question question = question(parameters, now);
        List<String> columns = new ArrayList<>(List.of("time", "count", "final"));
        question.comparison().ifPresent(any -> columns.addAll(List.of("compare_time", "compare_count")));
        return desk.about(
                now,
                Table.of(
                        columns,
                        () -> desk.ask(snapshot -> read(snapshot, question))
                                .thenApply(answer -> rows(question, answer.value(), now))));
    }

    /** The totals of a metric in those windows. */
    CompletionStage<List<Long>> totals(Snapshot snapshot, Metric metric, Span span) {
        return counts(
                snapshot, new Question(metric, Dimension.TOTAL, "", span, Optional.empty(), Optional.empty()), span);
    }

    /** The windows with their counts, as they are answered. */
    JsonArray data(Span span, List<Long> counts, Instant now) {
        JsonArray data = new JsonArray();
        for (int i = 0; i < counts.size(); i++) {
            Bucket bucket = span.buckets().get(i);
            data.add(new JsonObject()
                    .put("time", bucket.start().toString())
                    .put("count", counts.get(i))
                    .put("final", desk.spans().isFinal(bucket, now)));
        }
        return data;
    }

    private Question question(Parameters parameters, Instant now) {
        Metric metric = parameters.choice("metric", Metric::ofWireName);
        if (parameters.has("dimension") != parameters.has("member")) {
            String missing = parameters.has("dimension") ? "member" : "dimension";
            throw RefusedException.badParameter(missing, "dimension and member go together; there is no " + missing);
        }
        Dimension dimension =
                parameters.find("dimension").map(Dimension::ofWireName).orElse(Dimension.TOTAL);
        CountTable.Row row = Rows.require(metric, dimension);
        Span span = desk.spans().of(parameters, row, now);
        Optional<Span> comparison = parameters
                .find("compare")
                .map(compare -> compare.equals("week")
                        ? desk.spans().weekBefore(span)
                        : desk.spans().previous(span));
        comparison.ifPresent(
                compared -> desk.spans().requireKept(compared.buckets().get(0), row, "compare", now));
        return new Question(
                metric, dimension, parameters.find("member").orElse(""), span, comparison, parameters.find("compare"));
    }

    private static CompletionStage<Counts> read(Snapshot snapshot, Question question) {
        CompletionStage<List<Long>> asked = counts(snapshot, question, question.span());
        return question.comparison()
                .map(comparison -> asked.thenCombine(
                        counts(snapshot, question, comparison),
                        (counts, compared) -> new Counts(counts, Optional.of(compared))))
                .orElseGet(() -> asked.thenApply(counts -> new Counts(counts, Optional.empty())));
    }

    private static CompletionStage<List<Long>> counts(Snapshot snapshot, Question question, Span span) {
        return snapshot.counts(span.buckets().stream().map(question::address).toList());
    }

    private JsonObject json(Question question, Counts counts, Instant now) {
        Span span = question.span();
        JsonObject json = new JsonObject();
        span.range().ifPresent(range -> json.put("range", range));
        json.put("granularity", span.granularity().wireName())
                .put("metric", question.metric().wireName());
        if (question.dimension() != Dimension.TOTAL) {
            json.put("dimension", question.dimension().wireName()).put("member", question.member());
        }
        json.put("from", span.from().toString())
                .put("to", span.to().toString())
                .put("data", data(span, counts.asked(), now));
        question.comparison()
                .ifPresent(comparison -> json.put(
                        "compare",
                        new JsonObject()
                                .put("with", question.compare().orElseThrow())
                                .put("from", comparison.from().toString())
                                .put("to", comparison.to().toString())
                                .put("data", data(comparison, counts.compared().orElseThrow(), now))));
        return json;
    }

    private List<List<Object>> rows(Question question, Counts counts, Instant now) {
        List<List<Object>> rows = new ArrayList<>();
        for (int i = 0; i < counts.asked().size(); i++) {
            Bucket bucket = question.span().buckets().get(i);
            List<Object> row = new ArrayList<>();
            row.add(bucket.start().toString());
            row.add(counts.asked().get(i));
            row.add(desk.spans().isFinal(bucket, now));
            if (question.comparison().isPresent()) {
                row.add(question.comparison().get().buckets().get(i).start().toString());
                row.add(counts.compared().orElseThrow().get(i));
            }
            rows.add(row);
        }
        return rows;
    }
}
