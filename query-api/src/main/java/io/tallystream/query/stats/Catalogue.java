package io.tallystream.query.stats;

import static java.util.Objects.requireNonNull;

import io.tallystream.query.contract.Parameters;
import io.tallystream.query.contract.RefusedException;
import io.tallystream.query.span.Bucket;
import io.tallystream.query.span.Span;
import io.tallystream.query.store.Ranking;
import io.tallystream.query.store.Stages;
import io.tallystream.schema.count.CountTable;
import io.tallystream.schema.count.Dimension;
import io.tallystream.schema.count.Metric;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** What one can ask for: what is counted by what, and which members there are. */
public final class Catalogue {
    private static final int DAYS = 7;
    // Of each day the most used are read.
    private static final int MAX_DAYS = 31;

    private final Desk desk;

    /** Asks there. */
    public Catalogue(Desk desk) {
        this.desk = requireNonNull(desk, "desk");
    }

    /** Everything that is counted. */
    public CompletionStage<JsonObject> read() {
        JsonArray data = new JsonArray();
        for (CountTable.Row row : CountTable.rows()) {
            JsonArray granularities = new JsonArray();
            row.granularities().stream().sorted().forEach(granularity -> granularities.add(granularity.wireName()));
            data.add(new JsonObject()
                    .put("metric", row.metric().wireName())
                    .put("dimension", row.dimension().wireName())
                    .put("granularities", granularities));
        }
        return desk.json(desk.now(), snapshot -> CompletableFuture.completedFuture(new JsonObject().put("data", data)));
    }

    /**
     * The members of a dimension that were counted on some days, in the order of their names.
     *
     * @throws RefusedException if the question has no answer
     */
    public CompletionStage<JsonObject> members(Parameters parameters) {
        Instant now = desk.now();
        Dimension dimension = parameters.choice("dimension", Dimension::ofWireName);
        CountTable.Row row = Rows.require(metricOf(dimension), dimension);
        Span span = desk.spans().days(parameters, row, DAYS, now);
        if (span.buckets().size() > MAX_DAYS) {
            throw RefusedException.unanswerable(
                    "too-many-windows",
                    "from",
                    "from is too far before to: members are listed for at most %d days".formatted(MAX_DAYS));
        }
        int limit = parameters.number("limit");
        return desk.json(
                now,
                snapshot -> Stages.all(span.buckets().stream()
                                .map(Bucket::window)
                                .map(day -> snapshot.ranking(
                                        day, row.metric(), dimension, Ranking.Order.DESCENDING, 0, limit))
                                .toList())
                        .thenApply(days -> new JsonObject()
                                .put("dimension", dimension.wireName())
                                .put("from", span.from().toString())
                                .put("to", span.to().toString())
                                .put("complete", days.stream().allMatch(day -> day.members() <= limit))
                                .put("data", new JsonArray(List.copyOf(names(days))))));
    }

    private static Set<String> names(List<Ranking> days) {
        Set<String> names = new TreeSet<>();
        days.forEach(day -> day.entries().forEach(entry -> names.add(entry.member())));
        return names;
    }

    /** By which a dimension's members are known: all of them are counted there. */
    private static Metric metricOf(Dimension dimension) {
        return switch (dimension) {
            case PRODUCT -> Metric.CLICKS;
            case PAGE -> Metric.PAGE_VIEWS;
            case OUTCOME -> Metric.EVENTS;
            default -> Metric.CALLS;
        };
    }
}
