package io.tallystream.client;

import static java.util.Objects.requireNonNull;

import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.regex.Pattern;

/**
 * Sends events to a gateway: in batches, and each batch again with the same ids until it is acknowledged, so that each event
 * counts once. Takes bounded memory: when more comes than goes, {@link #offer} says so and {@link #send} waits.
 *
 * <p>Events that wait are lost with the process. Where that must not be, produce to Kafka, or keep them and send them again
 * with their ids.
 *
 * <p>Thread-safe. Has threads of its own until it is closed; they do not keep the JVM alive.
 */
public final class TallystreamClient implements AutoCloseable {
    private static final long LOOK_MS = 100;
    // For what is under way to be broken off.
    private static final Duration END_LIMIT = Duration.ofSeconds(5);

    // As many as there are permits taken for.
    private final BlockingQueue<Event> waiting = new LinkedBlockingQueue<>();
    private final Semaphore room;
    // Held in common by those who bring events, and alone by who closes: nothing comes after that.
    private final ReadWriteLock entrance = new ReentrantReadWriteLock();
    private final Builder settings;
    private final Delivery delivery;
    private final List<Thread> threads = new ArrayList<>();
    private final AtomicLong delivered = new AtomicLong();
    private volatile boolean closed;

    /** What a client is to do; defaults suit most services. Not thread-safe. */
    public static final class Builder {
        // As a header takes it.
        private static final Pattern KEY = Pattern.compile("[!-~]+");

        private final URI gateway;
        private final String key;
        private int maxPending = 10_000;
        private int batchSize = 500;
        private Duration linger = Duration.ofMillis(100);
        private int connections = 1;
        private Duration requestLimit = Duration.ofSeconds(15);
        // An id is known for ten minutes where nobody says otherwise.
        private Duration deliveryLimit = Duration.ofMinutes(9);
        private Duration closeLimit = Duration.ofSeconds(10);
        private DeliveryListener listener = DeliveryListener.LOGGING;

        private Builder(URI gateway, String key) {
            boolean isUrl =
                    gateway.getHost() != null && Set.of("http", "https").contains(String.valueOf(gateway.getScheme()));
            if (!isUrl) {
                throw new IllegalArgumentException(
                        "gateway must be a URL such as http://gateway.example:8080, not " + gateway);
            }
            if (!KEY.matcher(key).matches()) {
                // Never says what it is.
                throw new IllegalArgumentException(
                        "key must be of visible ASCII characters; a line break behind it in a file is not a part of it");
            }
            this.gateway = gateway;
            this.key = key;
        }

        /** How many events may be pending, 1 or more. Default: 10 000. */
        public Builder maxPending(int events) {
            maxPending = positive(events, "maxPending");
            return this;
        }

        /** How many events a request has at most, 1 to 10 000. Default: 500. */
        public Builder batchSize(int events) {
            batchSize = positive(events, "batchSize");
            if (events > Delivery.MAX_BATCH) {
                throw new IllegalArgumentException("batchSize must be at most " + Delivery.MAX_BATCH);
            }
            return this;
        }

        /** For how long an event waits for others to share a request with. Default: 100 ms. */
        public Builder linger(Duration time) {
            linger = notNegative(time, "linger");
            return this;
        }

        /** How many requests may be under way at once, 1 or more. Default: 1. */
        public Builder connections(int number) {
            connections = positive(number, "connections");
            return this;
        }

        /**
         * For how long to wait for an answer, longer than zero. Default: 15 s, which is longer than a gateway takes by
         * default.
         */
        public Builder requestLimit(Duration time) {
            if (time.isZero()) {
                throw new IllegalArgumentException("requestLimit must not be zero");
            }
            requestLimit = notNegative(time, "requestLimit");
            return this;
        }

        /**
         * For how long a batch is sent again and again before it is given up. Default: 9 min. Must be shorter than the
         * installation's {@code DEDUPLICATION_HORIZON}, 10 min by default, or what was counted without an answer may count
         * twice.
         */
        public Builder deliveryLimit(Duration time) {
            deliveryLimit = notNegative(time, "deliveryLimit");
            return this;
        }

        /** For how long {@link TallystreamClient#close} waits for what is pending. Default: 10 s. */
        public Builder closeLimit(Duration time) {
            closeLimit = notNegative(time, "closeLimit");
            return this;
        }

        /** Who is told what does not go as it should. Default: a log. */
        public Builder listener(DeliveryListener listener) {
            this.listener = requireNonNull(listener, "listener");
            return this;
        }

        /** Starts it. Does not connect yet. */
        public TallystreamClient build() {
            return new TallystreamClient(this);
        }

        private static int positive(int number, String name) {
            if (number < 1) {
                throw new IllegalArgumentException(name + " must be positive, not " + number);
            }
            return number;
        }

        private static Duration notNegative(Duration time, String name) {
            if (time.isNegative()) {
                throw new IllegalArgumentException(name + " must not be negative, but is " + time);
            }
            return time;
        }
    }

    /**
     * A client of a gateway.
     *
     * @param gateway its address, such as {@code http://gateway.example:8080}
     * @param key of scope {@code ingest}
     * @throws IllegalArgumentException if the address is no http or https URL, or the key has characters that no key has
     */
    public static Builder to(URI gateway, String key) {
        return new Builder(gateway, key);
    }

    private TallystreamClient(Builder settings) {
        this.settings = settings;
        room = new Semaphore(settings.maxPending);
        delivery = new Delivery(
                settings.gateway.resolve("/v1/events"),
                settings.key,
                settings.requestLimit,
                settings.deliveryLimit,
                settings.listener);
        for (int i = 1; i <= settings.connections; i++) {
            Thread thread = new Thread(this::work, "tallystream-client-" + i);
            thread.setDaemon(true);
            thread.start();
            threads.add(thread);
        }
    }

    /**
     * Takes an event if there is room.
     *
     * @return whether it was taken
     * @throws IllegalStateException if the client is closed
     */
    public boolean offer(Event event) {
        requireNonNull(event, "event");
        if (!room.tryAcquire()) {
            requireOpen();
            return false;
        }
        take(event);
        return true;
    }

    /**
     * Takes an event, and waits for room if there is none.
     *
     * @throws IllegalStateException if the client is closed, also while this waits
     */
    public void send(Event event) throws InterruptedException {
        requireNonNull(event, "event");
        do {
            requireOpen();
        } while (!room.tryAcquire(LOOK_MS, TimeUnit.MILLISECONDS));
        take(event);
    }

    private void take(Event event) {
        entrance.readLock().lock();
        try {
            requireOpen();
            waiting.add(event);
        } catch (IllegalStateException e) {
            room.release();
            throw e;
        } finally {
            entrance.readLock().unlock();
        }
    }

    private void requireOpen() {
        if (closed) {
            throw new IllegalStateException("the client is closed");
        }
    }

    /** How many events were taken and are neither acknowledged nor rejected nor given up. */
    public long pending() {
        return (long) settings.maxPending - room.availablePermits();
    }

    /** How many events the gateway has acknowledged. */
    public long delivered() {
        return delivered.get();
    }

    private void work() {
        List<Event> batch = new ArrayList<>();
        while (!(closed && waiting.isEmpty())) {
            try {
                gather(batch);
            } catch (InterruptedException e) {
                // From close, which has no more time.
                delivery.giveUp();
            }
            if (!batch.isEmpty()) {
                delivered.addAndGet(delivery.deliver(List.copyOf(batch)));
                room.release(batch.size());
                batch.clear();
            }
        }
    }

    private void gather(List<Event> batch) throws InterruptedException {
        Event first = waiting.poll(settings.linger.toMillis() + 1, TimeUnit.MILLISECONDS);
        if (first == null) {
            return;
        }
        batch.add(first);
        long end = System.nanoTime() + settings.linger.toNanos();
        while (batch.size() < settings.batchSize) {
            waiting.drainTo(batch, settings.batchSize - batch.size());
            long rest = end - System.nanoTime();
            if (batch.size() == settings.batchSize || rest <= 0 || closed) {
                return;
            }
            Event next = waiting.poll(rest, TimeUnit.NANOSECONDS);
            if (next != null) {
                batch.add(next);
            }
        }
    }

    /** Takes no more events, and returns when all are settled: when the limit for that is over the rest is given up. */
    @Override
    public void close() {
        entrance.writeLock().lock();
        try {
            closed = true;
        } finally {
            entrance.writeLock().unlock();
        }
        boolean undisturbed = awaitEnd(settings.closeLimit);
        delivery.giveUp();
        threads.forEach(Thread::interrupt);
        undisturbed &= awaitEnd(END_LIMIT);
        if (!undisturbed) {
            Thread.currentThread().interrupt();
        }
    }

    /** Waits for the end of all threads, and returns whether nobody interrupted that. */
    private boolean awaitEnd(Duration limit) {
        long end = System.nanoTime() + limit.toNanos();
        try {
            for (Thread thread : threads) {
                long rest = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
                if (rest > 0) {
                    thread.join(rest);
                }
            }
            return true;
        } catch (InterruptedException e) {
            return false;
        }
    }
}
