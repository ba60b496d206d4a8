package io.tallystream.runtime.limit;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * Lets a number of events pass per second, and as many at once after a second without any. Grants as long as one is left,
 * and charges the whole batch, at the expense of the time to come: so a batch may be larger than what passes in a second,
 * and the average is kept all the same. Thread-safe.
 */
public final class TokenBucket {
    private static final long SECOND_NANOS = 1_000_000_000;

    private final long perSecond;
    private final LongSupplier clock;
    // When the bucket will be full, if nothing more is taken: all the state there is.
    private final AtomicLong fullAt;

    /**
     * Full at first.
     *
     * @param perSecond from 1 to 10 million
     */
    public TokenBucket(long perSecond) {
        this(perSecond, System::nanoTime);
    }

    TokenBucket(long perSecond, LongSupplier nanoClock) {
        if (perSecond < 1 || perSecond > 10_000_000) {
            throw new IllegalArgumentException("not from 1 to 10 million: " + perSecond);
        }
        this.perSecond = perSecond;
        this.clock = requireNonNull(nanoClock, "nanoClock");
        this.fullAt = new AtomicLong(nanoClock.getAsLong());
    }

    /**
     * Charges events, unless none is left.
     *
     * @param events 0 only asks; at most a million
     */
    public Credit take(int events) {
        while (true) {
            long now = clock.getAsLong();
            long before = fullAt.get();
            long missing = Math.max(0, before - now);
            long wait = missing + nanosOf(1) - SECOND_NANOS;
            if (wait > 0) {
                return credit(false, missing, wait);
            }
            long after = now + missing + nanosOf(events);
            if (events == 0 || fullAt.compareAndSet(before, after)) {
                return credit(true, missing + nanosOf(events), 0);
            }
        }
    }

    private Credit credit(boolean granted, long missing, long wait) {
        long remaining = Math.max(0, (SECOND_NANOS - missing) / nanosOf(1));
        return new Credit(granted, perSecond, remaining, Duration.ofNanos(wait), Duration.ofNanos(missing));
    }

    private long nanosOf(long events) {
        return events * SECOND_NANOS / perSecond;
    }
}
