package io.tallystream.query.live;

import static java.util.Objects.requireNonNull;

import io.tallystream.runtime.lifecycle.DaemonThreads;
import io.vertx.core.Context;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends the same figures to all listeners time and again, as server-sent events. Reads once for all of them, and not at all
 * while nobody listens; while a read takes longer, or fails, listeners get a sign of life instead. Thread-safe.
 *
 * <p>A listener that does not take what it is sent misses events, each of which stands for itself, and is let go when it has
 * missed {@link #MAX_MISSED} in a row: what waits for it is never more than its write queue. One that has listened for long
 * is let go, too: when it comes again it is asked anew whether it may, which it may not where its key was revoked meanwhile.
 */
public final class LiveFeed implements AutoCloseable {
    /** How many events in a row a listener may miss. */
    public static final int MAX_MISSED = 10;

    private static final Logger LOGGER = LoggerFactory.getLogger(LiveFeed.class);
    private static final int WRITE_QUEUE_BYTES = 32_768;
    private static final Buffer HELLO = Buffer.buffer("retry: 2000\n\n");
    private static final Buffer HEARTBEAT = Buffer.buffer(": heartbeat\n\n");
    private static final Buffer UNAVAILABLE =
            Buffer.buffer("event: unavailable\ndata: {\"detail\":\"counts are not available at the moment\"}\n\n");

    private final Supplier<CompletionStage<JsonObject>> figures;
    private final Duration every;
    private final int maxListeners;
    private final Duration longest;
    private final Set<Listener> listeners = ConcurrentHashMap.newKeySet();
    private final AtomicInteger places = new AtomicInteger();
    private final AtomicBoolean reading = new AtomicBoolean();
    private final ScheduledExecutorService clock =
            Executors.newSingleThreadScheduledExecutor(new DaemonThreads("live-feed"));

    /**
     * Not started.
     *
     * @param figures reads them
     * @param every how often
     * @param maxListeners more are turned away
     * @param longest how long a listener is kept
     */
    public LiveFeed(Supplier<CompletionStage<JsonObject>> figures, Duration every, int maxListeners, Duration longest) {
        this.figures = requireNonNull(figures, "figures");
        this.every = requireNonNull(every, "every");
        this.maxListeners = maxListeners;
        this.longest = requireNonNull(longest, "longest");
    }

    /** Begins to send. */
    // Nobody waits for it; a tick does not throw.
    @SuppressWarnings("FutureReturnValueIgnored")
    public void start() {
        clock.scheduleAtFixedRate(this::tick, every.toMillis(), every.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** How many listen now. */
    public int listeners() {
        return listeners.size();
    }

    /**
     * Takes a listener in, on the context of its connection.
     *
     * @return false if there are too many; nothing is sent then
     */
    public boolean add(Context context, HttpServerResponse response) {
        if (places.incrementAndGet() > maxListeners) {
            places.decrementAndGet();
            return false;
        }
        Listener listener = new Listener(context, response);
        listeners.add(listener);
        response.closeHandler(gone -> remove(listener));
        response.exceptionHandler(failure -> remove(listener));
        response.setChunked(true).setWriteQueueMaxSize(WRITE_QUEUE_BYTES);
        listener.write(HELLO);
        return true;
    }

    private void remove(Listener listener) {
        if (listeners.remove(listener)) {
            places.decrementAndGet();
        }
    }

    private void tick() {
        try {
            if (listeners.isEmpty()) {
                return;
            }
            if (!reading.compareAndSet(false, true)) {
                publish(HEARTBEAT);
                return;
            }
            figures.get().whenComplete((json, failure) -> {
                reading.set(false);
                publish(failure == null ? event(json) : UNAVAILABLE);
            });
        } catch (RuntimeException e) {
            reading.set(false);
            LOGGER.error("the live feed has missed a turn", e);
        }
    }

    private static Buffer event(JsonObject json) {
        return Buffer.buffer("event: figures\ndata: " + json.encode() + "\n\n");
    }

    private void publish(Buffer event) {
        listeners.forEach(listener -> listener.offer(event));
    }

    /** Lets all listeners go. */
    @Override
    public void close() {
        clock.shutdownNow();
        listeners.forEach(listener -> listener.context.runOnContext(any -> listener.end()));
    }

    private final class Listener {
        private final Context context;
        private final HttpServerResponse response;
        private final long begin = System.nanoTime();
        private final AtomicBoolean offered = new AtomicBoolean();
        // Of the context's thread.
        private int missed;

        Listener(Context context, HttpServerResponse response) {
            this.context = context;
            this.response = response;
        }

        /** Leaves the event out where the one before is not written yet. */
        void offer(Buffer event) {
            if (offered.compareAndSet(false, true)) {
                context.runOnContext(any -> {
                    offered.set(false);
                    take(event);
                });
            }
        }

        private void take(Buffer event) {
            if (response.closed() || response.ended()) {
                remove(this);
            } else if (System.nanoTime() - begin > longest.toNanos()) {
                remove(this);
                end();
            } else if (!response.writeQueueFull()) {
                missed = 0;
                write(event);
            } else if (++missed >= MAX_MISSED) {
                remove(this);
                response.reset().onFailure(gone -> LOGGER.debug("a listener was gone already", gone));
            }
        }

        void write(Buffer event) {
            response.write(event).onFailure(gone -> remove(this));
        }

        void end() {
            if (!response.closed() && !response.ended()) {
                response.end().onFailure(gone -> remove(this));
            }
        }
    }
}
