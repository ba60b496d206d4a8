package io.tallystream.benchmarks.endtoend;

import io.tallystream.benchmarks.load.HttpConnection;
import io.tallystream.benchmarks.load.Pace;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Events in batches at a fixed rate: four calls to one click, one of ten calls an error, without a time of their own.
 * Thread-safe.
 */
final class Load implements AutoCloseable {
    private static final long SEED = 20261121;
    private static final int CONNECTIONS = 4;
    private static final int BODIES = 500;
    private static final int USERS = 100_000;
    private static final int ENDPOINTS = 50;
    private static final int PRODUCTS = 200;
    private static final int ACCEPTED = 202;

    private final ExecutorService threads = Executors.newFixedThreadPool(CONNECTIONS);
    private final List<Future<?>> connections = new ArrayList<>();
    private final AtomicBoolean ended = new AtomicBoolean();
    private final AtomicLong acknowledged = new AtomicLong();
    private final List<byte[]> bodies;
    private final int port;
    private final int batch;

    private Load(int port, int batch) {
        this.port = port;
        this.batch = batch;
        Random random = new Random(SEED);
        List<byte[]> made = new ArrayList<>();
        for (int i = 0; i < BODIES; i++) {
            made.add(body(random, batch));
        }
        bodies = List.copyOf(made);
    }

    /** Begins to send. */
    static Load start(int port, int eventsPerSecond, int batch) {
        Load load = new Load(port, batch);
        double perSecond = (double) eventsPerSecond / batch / CONNECTIONS;
        for (int i = 0; i < CONNECTIONS; i++) {
            int first = i * BODIES / CONNECTIONS;
            load.connections.add(load.threads.submit(() -> {
                load.send(perSecond, first);
                return null;
            }));
        }
        return load;
    }

    private void send(double perSecond, int first) throws IOException {
        int[] next = {first};
        try (HttpConnection connection = new HttpConnection(port, Installation.INGEST_KEY)) {
            Pace.oneByOne(perSecond, () -> !ended.get(), due -> {
                HttpConnection.Answer answer = connection.post("/v1/events", bodies.get(next[0]));
                if (answer.status() != ACCEPTED) {
                    throw new IOException("the gateway answered %d %s".formatted(answer.status(), answer.body()));
                }
                acknowledged.addAndGet(batch);
                next[0] = (next[0] + 1) % BODIES;
            });
        }
    }

    private static byte[] body(Random random, int batch) {
        StringBuilder json = new StringBuilder("[");
        for (int i = 0; i < batch; i++) {
            json.append(i == 0 ? "{" : ",{").append("\"user_id\":\"u").append(random.nextInt(USERS));
            if (random.nextInt(5) == 0) {
                json.append("\",\"type\":\"click\",\"product_id\":\"p").append(random.nextInt(PRODUCTS));
            } else {
                json.append("\",\"type\":\"api_call\",\"status\":")
                        .append(random.nextInt(10) == 0 ? 500 : 200)
                        .append(",\"duration_ms\":")
                        .append(random.nextInt(300))
                        .append(",\"endpoint\":\"/api/v1/resource")
                        .append(random.nextInt(ENDPOINTS));
            }
            json.append("\"}");
        }
        return json.append(']').toString().getBytes(StandardCharsets.US_ASCII);
    }

    /** Events that the gateway has answered with 202 until now. */
    long acknowledged() {
        return acknowledged.get();
    }

    /** Throws if one of its connections does no longer send. */
    void requireGoingOn() throws Exception {
        for (Future<?> connection : connections) {
            if (connection.isDone()) {
                connection.get();
            }
        }
    }

    /** Ends, and returns how many events were acknowledged in all. */
    long end() throws Exception {
        ended.set(true);
        for (Future<?> connection : connections) {
            connection.get();
        }
        return acknowledged.get();
    }

    @Override
    public void close() {
        ended.set(true);
        threads.shutdownNow();
    }
}
