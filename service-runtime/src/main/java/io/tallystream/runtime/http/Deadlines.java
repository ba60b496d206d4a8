package io.tallystream.runtime.http;

import static java.util.Objects.requireNonNull;

import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Notices what takes longer than it may, all with the same limit, at the price of one timer. Tells it late, by a twentieth
 * of the limit at most. For one event loop.
 *
 * @param <T> compared by {@code equals}
 */
public final class Deadlines<T> {
    private static final int CHECKS_WITHIN_LIMIT = 20;

    private final long limitNanos;
    private final Consumer<T> expired;
    // In the order of their deadlines, since all have the same limit.
    private final Map<T, Long> begun = new LinkedHashMap<>();

    /**
     * Begins to look.
     *
     * @param vertx the calling thread is that of an event loop of it
     * @param expired called once for each that was not over in time, which by then is forgotten
     */
    public Deadlines(Vertx vertx, Duration limit, Consumer<T> expired) {
        this.limitNanos = limit.toNanos();
        this.expired = requireNonNull(expired, "expired");
        vertx.setPeriodic(Math.max(1, limit.toMillis() / CHECKS_WITHIN_LIMIT), timer -> check());
    }

    /** From now on. What was begun before begins anew. */
    public void begin(T what) {
        begun.remove(what);
        begun.put(what, System.nanoTime());
    }

    /** It is over; says whether it was under way. */
    public boolean end(T what) {
        return begun.remove(what) != null;
    }

    private void check() {
        long now = System.nanoTime();
        while (!begun.isEmpty()) {
            Iterator<Map.Entry<T, Long>> entries = begun.entrySet().iterator();
            Map.Entry<T, Long> oldest = entries.next();
            if (now - oldest.getValue() < limitNanos) {
                return;
            }
            entries.remove();
            expired.accept(oldest.getKey());
        }
    }
}
