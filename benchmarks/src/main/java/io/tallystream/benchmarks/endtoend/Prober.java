package io.tallystream.benchmarks.endtoend;

import io.tallystream.benchmarks.load.HttpConnection;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Random;
import java.util.concurrent.TimeUnit;

/**
 * Sends calls of endpoints that nothing else calls, one at a time, and asks for the count of each until it is there. At most
 * one question is under way, and there is a pause before the next, so that it is little beside the load. For one thread.
 */
final class Prober implements AutoCloseable {
    /** Between two looks, and so about how late an event may be seen. */
    static final Duration LOOK = Duration.ofMillis(4);

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    // Longer than a processor's commit interval: probes that begin when the one before was seen would always hit the
    // same moment of it.
    private static final int MAX_PAUSE_MILLIS = 300;
    private static final String SEEN = "\"count\":1,";
    private static final int OK = 200;
    private static final int ACCEPTED = 202;

    private final Random random = new Random(1);
    private final HttpConnection gateway;
    private final HttpConnection query;
    private int sent;

    Prober(Installation installation) throws IOException {
        gateway = new HttpConnection(installation.ingestPort(), Installation.INGEST_KEY);
        query = new HttpConnection(installation.queryPort(), Installation.ADMIN_TOKEN);
    }

    /** Waits a moment, sends one, and returns how many nanoseconds after its 202 the query API has shown it. */
    long probe() throws IOException, InterruptedException {
        TimeUnit.MILLISECONDS.sleep(random.nextInt(MAX_PAUSE_MILLIS));
        String endpoint = "/probe/" + sent++;
        String event = "{\"type\":\"api_call\",\"status\":200,\"endpoint\":\"%s\",\"user_id\":\"u%d\"}"
                .formatted(endpoint, sent);
        String question = "/api/v1/stats/trend?metric=calls&granularity=minute&dimension=endpoint&member=%s&from=%s"
                .formatted(endpoint, Instant.now());
        if (gateway.post("/v1/events", event.getBytes(StandardCharsets.US_ASCII))
                        .status()
                != ACCEPTED) {
            throw new IOException("the gateway did not take a probe");
        }
        long acknowledged = System.nanoTime();
        while (true) {
            HttpConnection.Answer answer = query.get(question);
            long waited = System.nanoTime() - acknowledged;
            if (answer.status() != OK) {
                throw new IOException("the query API answered %d %s".formatted(answer.status(), answer.body()));
            }
            if (answer.body().contains(SEEN)) {
                return waited;
            }
            if (waited > PATIENCE.toNanos()) {
                throw new IOException("%s was not visible after %s: %s".formatted(endpoint, PATIENCE, answer.body()));
            }
            TimeUnit.NANOSECONDS.sleep(LOOK.toNanos());
        }
    }

    /** How many it has sent, each one event. */
    int sent() {
        return sent;
    }

    @Override
    public void close() throws IOException {
        gateway.close();
        query.close();
    }
}
