package io.tallystream.query;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tallystream.query.live.LiveFeed;
import io.tallystream.runtime.config.Settings;
import io.tallystream.runtime.http.HttpListener;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The feed by itself, faster and with larger events than it is used, so that a listener who stalls is soon full. */
@Timeout(240)
class LiveFeedIT {
    private static final Duration PATIENCE = Duration.ofSeconds(90);
    private static final Duration EVERY = Duration.ofMillis(100);
    private static final int LISTENERS = 500;
    private static final JsonObject FIGURES = new JsonObject().put("figures", "x".repeat(20_000));

    private final AtomicInteger reads = new AtomicInteger();
    private LiveFeed feed;
    private HttpListener listener;

    private int start(CompletionStage<JsonObject> figures) throws InterruptedException {
        return start(figures, Duration.ofHours(1));
    }

    private int start(CompletionStage<JsonObject> figures, Duration longest) throws InterruptedException {
        feed = new LiveFeed(
                () -> {
                    reads.incrementAndGet();
                    return figures;
                },
                EVERY,
                LISTENERS,
                longest);
        listener = HttpListener.start("127.0.0.1", Settings.QUERY_PORT, 0, vertx -> request -> {
            if (!feed.add(vertx.getOrCreateContext(), request.response())) {
                request.response().setStatusCode(503).end();
            }
        });
        feed.start();
        return listener.port();
    }

    @AfterEach
    void stop() {
        feed.close();
        listener.close();
    }

    @Test
    void shouldLetAStalledListenerGoAndServeAllOthers() throws Exception {
        long begin = System.nanoTime();
        int port = start(CompletableFuture.completedFuture(FIGURES));
        try (LiveListeners listeners = new LiveListeners(port, LISTENERS)) {
            await().atMost(PATIENCE).until(() -> listeners.allHave(1));
            assertThat(feed.listeners()).isEqualTo(LISTENERS);
            long heap = listeners.heapInUse();

            listeners.stall(0);
            int stalledAt = listeners.events(0);
            await().atMost(PATIENCE).until(() -> feed.listeners() == LISTENERS - 1);

            assertThat(listeners.events(0)).isLessThanOrEqualTo(stalledAt + 1);
            int sent = listeners.events(1);
            await().atMost(PATIENCE).until(() -> listeners.allButFirstHave(sent));
            long turns = Duration.ofNanos(System.nanoTime() - begin).dividedBy(EVERY);
            assertThat(reads.get()).as("one read for all").isLessThanOrEqualTo((int) turns + 1);
            assertThat(listeners.heapInUse() - heap).isLessThan(32L << 20);
            assertThat(listeners.ended()).isZero();
            int later = sent + 5;
            await().atMost(PATIENCE).until(() -> listeners.allButFirstHave(later));
            assertThat(feed.listeners()).isEqualTo(LISTENERS - 1);
        }
    }

    @Test
    void shouldReadNothingWhileAReadTakesLongAndShowThatItLives() throws Exception {
        int port = start(new CompletableFuture<>());
        try (LiveListeners listeners = new LiveListeners(port, 2)) {
            await().atMost(PATIENCE).until(() -> listeners.unread(0).contains(": heartbeat\n\n"));
            await().atMost(PATIENCE).until(() -> listeners.unread(1).contains(": heartbeat\n\n"));
            assertThat(reads.get()).isEqualTo(1);
        }
    }

    /** Else whoever has a key would listen for ever, also when it is revoked. */
    @Test
    void shouldLetGoWhoHasListenedForLong() throws Exception {
        int port = start(CompletableFuture.completedFuture(FIGURES), EVERY.multipliedBy(5));
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/"))
                .version(HttpClient.Version.HTTP_1_1)
                .build();

        // Returns when all of the answer is there.
        HttpResponse<String> answer = HttpClient.newHttpClient().send(request, BodyHandlers.ofString());

        assertThat(answer.body())
                .startsWith("retry: ")
                .contains("event: figures\n")
                .endsWith("\n\n");
        assertThat(feed.listeners()).isZero();
    }

    @Test
    void shouldSayThatThereAreNoFigures() throws Exception {
        int port = start(CompletableFuture.failedFuture(new IllegalStateException("away")));
        try (LiveListeners listeners = new LiveListeners(port, 1)) {
            await().atMost(PATIENCE).until(() -> listeners.unread(0).contains("event: unavailable\n"));
            assertThat(listeners.unread(0)).doesNotContain("away", "IllegalState");
        }
    }
}
