package io.tallystream.query.stats;

import static java.util.Objects.requireNonNull;

import io.tallystream.query.contract.Parameters;
import io.tallystream.query.contract.RefusedException;
import io.tallystream.query.export.Table;
import io.tallystream.query.span.Bucket;
import io.tallystream.query.span.Span;
import io.tallystream.query.store.Ranking;
import io.tallystream.query.store.Snapshot;
import io.tallystream.query.store.Stages;
import io.tallystream.schema.count.CountAddress;
import io.tallystream.schema.count.CountTable;
import io.tallystream.schema.count.Dimension;
import io.tallystream.schema.count.Granularity;
import io.tallystream.schema.count.Metric;
import io.tallystream.schema.count.Window;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** What is counted of each user, or of each product: over the lifetime, and by day. */
public final class Profiles {
    private static final int DAYS = 30;
    private static final int PAGE = 1_000;

    private final Desk desk;
    private final Dimension dimension;
    private final String idName;

    /**
     * Asks there.
     *
     * @param dimension {@link Dimension#USER} or {@link Dimension#PRODUCT}
     */
    public Profiles(Desk desk, Dimension dimension) {
        this.desk = requireNonNull(desk, "desk");
        this.dimension = requireNonNull(dimension, "dimension");
        this.idName = dimension.wireName() + "_id";
    }

    /** The clicks of one, ever; 0 of one that is not known. */
    public CompletionStage<Long> clicks(String id) {
        return desk.ask(snapshot -> lifetimeClicks(snapshot, id)).thenApply(answer -> answer.value());
    }

    /** The clicks of one, ever. */
    public CompletionStage<JsonObject> readClicks(String id) {
        return desk.json(
                desk.now(),
                snapshot -> lifetimeClicks(snapshot, id)
                        .thenApply(clicks -> new JsonObject().put(idName, id).put("clicks", clicks)));
    }

    /**
     * All that is counted of one.
     *
     * @throws RefusedException if the question has no answer
     */
    public CompletionStage<JsonObject> read(Parameters parameters) {
        Instant now = desk.now();
        String id = parameters.text("id");
        Span span = desk.spans().days(parameters, Rows.require(Metric.CLICKS, dimension), DAYS, now);
        List<Metric> metrics = CountTable.rows().stream()
                .filter(row ->
                        row.dimension() == dimension && row.granularities().contains(Granularity.DAY))
                .map(CountTable.Row::metric)
                .toList();
        return desk.json(now, snapshot -> {
            CompletionStage<Long> lifetime = lifetimeClicks(snapshot, id);
            return Stages.all(metrics.stream()
                            .map(metric -> snapshot.counts(span.buckets().stream()
                                    .map(bucket -> new CountAddress(metric, bucket.window(), dimension, id))
                                    .toList()))
                            .toList())
                    .thenCombine(
                            lifetime,
                            (counts, clicks) -> new JsonObject()
                                    .put(idName, id)
                                    .put("clicks", clicks)
                                    .put("from", span.from().toString())
                                    .put("to", span.to().toString())
                                    .put("days", days(span, metrics, counts, now)));
        });
    }

    private JsonArray days(Span span, List<Metric> metrics, List<List<Long>> counts, Instant now) {
        JsonArray days = new JsonArray();
        for (int i = 0; i < span.buckets().size(); i++) {
            Bucket bucket = span.buckets().get(i);
            JsonObject day = new JsonObject().put("date", bucket.window().label());
            for (int j = 0; j < metrics.size(); j++) {
                day.put(metrics.get(j).wireName(), counts.get(j).get(i));
            }
            days.add(day.put("final", desk.spans().isFinal(bucket, now)));
        }
        return days;
    }

    /** A page of them, by their clicks. */
    public CompletionStage<JsonObject> list(Parameters parameters) {
        int offset = parameters.number("offset");
        int limit = parameters.number("limit");
        return desk.json(
                desk.now(),
                snapshot -> page(snapshot, parameters).thenApply(page -> {
                    JsonArray data = new JsonArray();
                    page.entries()
                            .forEach(entry -> data.add(
                                    new JsonObject().put(idName, entry.member()).put("clicks", entry.count())));
                    return new JsonObject()
                            .put("members", page.members())
                            .put("offset", offset)
                            .put("limit", limit)
                            .put("data", data);
                }));
    }

    /** A page of them as a table, and all of them where no limit was given. */
    public Table table(Parameters parameters) {
        Instant now = desk.now();
        List<String> columns = List.of(idName, "clicks");
        if (parameters.has("limit") || parameters.has("offset") || Top.orderOf(parameters) == Ranking.Order.ASCENDING) {
            return desk.about(
                    now,
                    Table.of(
                            columns,
                            () -> desk.ask(snapshot -> page(snapshot, parameters))
                                    .thenApply(answer -> rows(answer.value().entries()))));
        }
        AllMembers<List<Object>> all = new AllMembers<>(
                new OneGeneration(desk),
                Window.LIFETIME,
                Metric.CLICKS,
                dimension,
                PAGE,
                (snapshot, entries) -> CompletableFuture.completedFuture(rows(entries)));
        return desk.about(now, new Table(columns, all::next));
    }

    private CompletionStage<Ranking> page(Snapshot snapshot, Parameters parameters) {
        return snapshot.ranking(
                Window.LIFETIME,
                Metric.CLICKS,
                dimension,
                Top.orderOf(parameters),
                parameters.number("offset"),
                parameters.number("limit"));
    }

    private static List<List<Object>> rows(List<Ranking.Entry> entries) {
        List<List<Object>> rows = new ArrayList<>();
        entries.forEach(entry -> rows.add(List.of(entry.member(), entry.count())));
        return rows;
    }

    private CompletionStage<Long> lifetimeClicks(Snapshot snapshot, String id) {
        return snapshot.count(new CountAddress(Metric.CLICKS, Window.LIFETIME, dimension, id));
    }
}
