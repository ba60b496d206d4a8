package io.tallystream.standalone.demo;

import static java.util.Objects.requireNonNull;

import io.tallystream.runtime.config.Environment;
import io.tallystream.runtime.config.Settings;
import io.tallystream.runtime.lifecycle.DaemonThreads;
import io.tallystream.runtime.lifecycle.Service;
import io.tallystream.schema.event.EventWriter;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends the events of a {@link TrafficModel} to the gateway as a good client would: in batches, each event with an id, and what
 * was not acknowledged again with the same ids. Sends nothing from the past.
 */
public final class DemoTraffic implements Service {
    /** The most events per second that one of these is meant to send. */
    public static final int MAX_RATE = 10_000;

    private static final Logger LOGGER = LoggerFactory.getLogger(DemoTraffic.class);
    private static final long TICK_MS = 100;
    private static final Duration REQUEST_LIMIT = Duration.ofSeconds(15);
    private static final long CLOSE_LIMIT_SECONDS = 2;
    private static final int HTTP_ACCEPTED = 202;
    private static final int MAX_ANSWER_TOLD = 300;
    // Traffic swells and ebbs by this share, once in this time.
    private static final double SWELL = 0.3;
    private static final double SWELL_SECONDS = 300;

    private final URI target;
    private final String key;
    private final double eventsPerTick;
    private final BooleanSupplier ready;
    private final TrafficModel model = new TrafficModel(System.nanoTime());
    private final EventWriter writer = new EventWriter();
    private final String run = "demo-" + UUID.randomUUID();
    private final HttpClient client = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(REQUEST_LIMIT)
            .build();
    private final ScheduledExecutorService thread =
            Executors.newSingleThreadScheduledExecutor(new DaemonThreads("demo-traffic"));
    private long sent;
    private byte[] unacknowledged;
    private int unacknowledgedEvents;
    private final LongAdder acknowledged = new LongAdder();
    private boolean refused;

    /**
     * @param gateway such as http://127.0.0.1:8080
     * @param key that may send events
     * @param eventsPerSecond on average
     * @param ready whether to send anything yet
     */
    public DemoTraffic(URI gateway, String key, int eventsPerSecond, BooleanSupplier ready) {
        target = gateway.resolve("/v1/events");
        this.key = requireNonNull(key, "key");
        this.ready = requireNonNull(ready, "ready");
        eventsPerTick = eventsPerSecond * TICK_MS / (double) TimeUnit.SECONDS.toMillis(1);
    }

    /** The secret of the first of {@code INGEST_KEYS}; empty if there is none. */
    public static String firstKey(Environment environment) {
        return environment
                .text(Settings.INGEST_KEYS)
                .split(",", 2)[0]
                .replaceFirst("^[^=]*=", "")
                .strip();
    }

    /** Events that the gateway has acknowledged so far. */
    public long acknowledged() {
        return acknowledged.sum();
    }

    @Override
    public String name() {
        return "demo-traffic";
    }

    @Override
    @SuppressWarnings("FutureReturnValueIgnored") // No tick throws.
    public void start() {
        thread.scheduleAtFixedRate(this::tick, 0, TICK_MS, TimeUnit.MILLISECONDS);
    }

    @Override
    public void close() {
        thread.shutdown();
        try {
            if (!thread.awaitTermination(CLOSE_LIMIT_SECONDS, TimeUnit.SECONDS)) {
                thread.shutdownNow();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void tick() {
        if (!ready.getAsBoolean()) {
            return;
        }
        if (unacknowledged == null) {
            double seconds = System.nanoTime() / 1e9;
            double swell = 1 + SWELL * Math.sin(2 * Math.PI * seconds / SWELL_SECONDS);
            unacknowledgedEvents = model.count(eventsPerTick * swell);
            unacknowledged = unacknowledgedEvents == 0 ? null : batch(unacknowledgedEvents);
        }
        if (unacknowledged != null && isAcknowledged(unacknowledged)) {
            acknowledged.add(unacknowledgedEvents);
            unacknowledged = null;
        }
    }

    private byte[] batch(int events) {
        ByteArrayOutputStream json = new ByteArrayOutputStream();
        for (int i = 0; i < events; i++) {
            json.write(i == 0 ? '[' : ',');
            json.writeBytes(writer.write(model.next(run + "-" + sent++)));
        }
        json.write(']');
        return json.toByteArray();
    }

    private boolean isAcknowledged(byte[] body) {
        HttpRequest request = HttpRequest.newBuilder(target)
                .timeout(REQUEST_LIMIT)
                .header("Authorization", "Bearer " + key)
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofByteArray(body))
                .build();
        try {
            HttpResponse<String> response = client.send(request, BodyHandlers.ofString());
            if (response.statusCode() == HTTP_ACCEPTED) {
                taken();
                return true;
            }
            String answer = response.body();
            refused("HTTP %d %s"
                    .formatted(response.statusCode(), answer.substring(0, Math.min(answer.length(), MAX_ANSWER_TOLD))));
            return false;
        } catch (IOException e) {
            refused(e.toString());
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private void taken() {
        if (refused) {
            LOGGER.info("{} takes events again", target);
            refused = false;
        }
    }

    /** Told once for each outage, not ten times a second. */
    private void refused(String why) {
        if (!refused) {
            LOGGER.warn("{} takes no events, trying again: {}. The key is the first of INGEST_KEYS", target, why);
        }
        refused = true;
    }
}
