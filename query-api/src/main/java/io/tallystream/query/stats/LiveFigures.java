package io.tallystream.query.stats;

import static java.util.Objects.requireNonNull;

import io.tallystream.query.span.Span;
import io.tallystream.schema.count.Granularity;
import io.tallystream.schema.count.Metric;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.concurrent.CompletionStage;

/** What a live view shows: the overview and the calls of the last minutes, of one moment. */
public final class LiveFigures {
    private static final int MINUTES = 60;

    private final Desk desk;
    private final Overview overview;
    private final Trend trend;

    /** Asks there. */
    public LiveFigures(Desk desk) {
        this.desk = requireNonNull(desk, "desk");
        overview = new Overview(desk);
        trend = new Trend(desk);
    }

    /** As they are now. */
    public CompletionStage<JsonObject> read() {
        Instant now = desk.now();
        Span minutes = desk.spans().last(Granularity.MINUTE, MINUTES, now);
        return desk.json(
                now,
                snapshot -> overview.read(snapshot, now)
                        .thenCombine(
                                trend.totals(snapshot, Metric.CALLS, minutes),
                                (figures, counts) -> figures.put("minutes", trend.data(minutes, counts, now))));
    }
}
