package io.tallystream.query.stats;

import static java.util.Objects.requireNonNull;

import io.lettuce.core.RedisException;
import io.tallystream.query.store.Answer;
import io.tallystream.query.store.Snapshot;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

/**
 * Asks one generation of counts for the parts of an answer that is too large to be read at once. Where the second part and
 * those after it cannot be of the first one's generation, they fail. Thread-safe.
 */
public final class OneGeneration {
    private static final int NONE_YET = 0;

    private final Desk desk;
    private final AtomicInteger generation = new AtomicInteger(NONE_YET);

    /** Asks there. */
    public OneGeneration(Desk desk) {
        this.desk = requireNonNull(desk, "desk");
    }

    /** A part of the answer. Fails as answers do, and when all counts were made anew since the first part. */
    public <T> CompletionStage<T> ask(Function<Snapshot, CompletionStage<T>> question) {
        return desk.ask(question).thenApply(this::sameGeneration);
    }

    private <T> T sameGeneration(Answer<T> answer) {
        if (!generation.compareAndSet(NONE_YET, answer.generation()) && generation.get() != answer.generation()) {
            throw new RedisException("all counts were made anew meanwhile");
        }
        return answer.value();
    }
}
