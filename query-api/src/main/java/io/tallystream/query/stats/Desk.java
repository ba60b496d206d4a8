package io.tallystream.query.stats;

import static java.util.Objects.requireNonNull;

import io.tallystream.query.export.Table;
import io.tallystream.query.export.TableNote;
import io.tallystream.query.span.Spans;
import io.tallystream.query.store.Answer;
import io.tallystream.query.store.CountReader;
import io.tallystream.query.store.Snapshot;
import io.vertx.core.json.JsonObject;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/** Where questions are asked: the counts, the calendar and the clock of all answers. Thread-safe. */
public final class Desk {
    private final CountReader counts;
    private final Spans spans;
    private final Clock clock;

    /** Reads from those counts. */
    public Desk(CountReader counts, Spans spans, Clock clock) {
        this.counts = requireNonNull(counts, "counts");
        this.spans = requireNonNull(spans, "spans");
        this.clock = requireNonNull(clock, "clock");
    }

    /** Which windows there are. */
    public Spans spans() {
        return spans;
    }

    /** The time of a question. */
    public Instant now() {
        return clock.instant();
    }

    /** Asks one generation of counts. */
    public <T> CompletionStage<Answer<T>> ask(Function<Snapshot, CompletionStage<T>> question) {
        return counts.answer(question);
    }

    /**
     * Asks one generation of counts for the members of an answer, before which come those that every answer has: when Redis was
     * asked, whose days and hours these are, and whether counts are being made anew and may be short.
     *
     * @param now the time of the question
     */
    public CompletionStage<JsonObject> json(Instant now, Function<Snapshot, CompletionStage<JsonObject>> question) {
        return ask(question)
                .thenApply(answer -> new JsonObject()
                        .put("as_of", asOf(now))
                        .put("time_zone", spans.calendar().zone().getId())
                        .put("stale", answer.rebuilding())
                        .mergeIn(answer.value()));
    }

    /**
     * A table with what every answer has: when Redis was asked, whose days and hours these are, and whether counts are being made
     * anew and may be short.
     *
     * @param now the time of the question
     */
    public Table about(Instant now, Table table) {
        return table.about(() -> ask(snapshot -> CompletableFuture.completedFuture(Boolean.TRUE))
                .thenApply(answer ->
                        new TableNote(asOf(now), spans.calendar().zone().getId(), answer.rebuilding())));
    }

    private static String asOf(Instant now) {
        return now.truncatedTo(ChronoUnit.SECONDS).toString();
    }
}
