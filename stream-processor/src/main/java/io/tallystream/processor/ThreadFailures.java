package io.tallystream.processor;

import static java.util.Objects.requireNonNull;

import io.tallystream.processor.count.CommitGuard.UndrainedException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.UnsupportedVersionException;
import org.apache.kafka.streams.errors.MissingSourceTopicException;

/**
 * Decides what becomes of a processor one of whose threads has failed: another thread takes its place, but only so many
 * times in a while. Thread-safe.
 */
final class ThreadFailures {
    /** What another thread would run into as well. */
    private static final Set<Class<? extends Throwable>> PERMANENT = Set.of(
            Error.class,
            UndrainedException.class,
            AuthenticationException.class,
            AuthorizationException.class,
            UnsupportedVersionException.class,
            MissingSourceTopicException.class);

    private final int limit;
    private final long withinNanos;
    private final LongSupplier nanoTime;
    private final Deque<Long> replacements = new ArrayDeque<>();

    /**
     * @param limit how many threads may be replaced
     * @param within in this time
     * @param nanoTime a clock like {@link System#nanoTime}
     */
    ThreadFailures(int limit, Duration within, LongSupplier nanoTime) {
        this.limit = limit;
        withinNanos = within.toNanos();
        this.nanoTime = requireNonNull(nanoTime, "nanoTime");
    }

    /**
     * How many threads have been replaced lately, with the one that failed now; zero if it must not be replaced.
     *
     * @param failure what it failed with
     */
    synchronized int replacement(Throwable failure) {
        long now = nanoTime.getAsLong();
        while (!replacements.isEmpty() && now - replacements.getFirst() >= withinNanos) {
            replacements.removeFirst();
        }
        if (isPermanent(failure) || replacements.size() >= limit) {
            return 0;
        }
        replacements.addLast(now);
        return replacements.size();
    }

    private static boolean isPermanent(Throwable failure) {
        Throwable cause = failure;
        while (cause != null) {
            if (PERMANENT.stream().anyMatch(is(cause))) {
                return true;
            }
            cause = cause.getCause();
        }
        return false;
    }

    private static Predicate<Class<?>> is(Throwable cause) {
        return kind -> kind.isInstance(cause);
    }
}
