package io.tallystream.standalone;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

/**
 * Clients that each send one click on {@link #PRODUCT} after the other, and each click again, with its id, until it is
 * answered with 202. Each client's first click is sent once more after that, as if its answer had been lost.
 */
final class RetryingClients {
    static final String PRODUCT = "p";

    private static final Duration REQUEST_LIMIT = Duration.ofSeconds(30);
    private static final long RETRY_MILLIS = 50;

    private final URI target;
    private final String key;
    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final AtomicInteger accepted = new AtomicInteger();
    private final AtomicInteger underWay = new AtomicInteger();
    private final AtomicInteger withoutAnswer = new AtomicInteger();
    private final List<CompletableFuture<Void>> clients;
    private volatile boolean stopped;

    RetryingClients(int port, String key, int number) {
        target = URI.create("http://127.0.0.1:" + port + "/v1/events");
        this.key = key;
        clients = IntStream.range(0, number).mapToObj(this::begin).toList();
    }

    /** Clicks that were answered with 202, each once. */
    int accepted() {
        return accepted.get();
    }

    /** Requests that have no answer yet. */
    int underWay() {
        return underWay.get();
    }

    /** Requests that had none. */
    int withoutAnswer() {
        return withoutAnswer.get();
    }

    /** Completes when each client's last click is accepted. */
    CompletableFuture<Void> stop() {
        stopped = true;
        return CompletableFuture.allOf(clients.toArray(CompletableFuture[]::new));
    }

    private CompletableFuture<Void> begin(int client) {
        HttpRequest first = click(client, 0);
        return sendUntilAccepted(first)
                .thenCompose(done -> {
                    accepted.incrementAndGet();
                    return sendUntilAccepted(first);
                })
                .thenCompose(again -> goOn(client, 1));
    }

    private CompletableFuture<Void> goOn(int client, int event) {
        if (stopped) {
            return CompletableFuture.completedFuture(null);
        }
        return sendUntilAccepted(click(client, event)).thenCompose(done -> {
            accepted.incrementAndGet();
            return goOn(client, event + 1);
        });
    }

    private CompletableFuture<Void> sendUntilAccepted(HttpRequest request) {
        underWay.incrementAndGet();
        return http.sendAsync(request, BodyHandlers.discarding())
                .handle((response, failure) -> {
                    underWay.decrementAndGet();
                    if (failure != null) {
                        withoutAnswer.incrementAndGet();
                        return false;
                    }
                    return response.statusCode() == 202;
                })
                .thenCompose(done -> done
                        ? CompletableFuture.<Void>completedFuture(null)
                        : CompletableFuture.runAsync(
                                        () -> {},
                                        CompletableFuture.delayedExecutor(RETRY_MILLIS, TimeUnit.MILLISECONDS))
                                .thenCompose(waited -> sendUntilAccepted(request)));
    }

    private HttpRequest click(int client, int event) {
        String body = "{\"type\":\"click\",\"product_id\":\"%s\",\"user_id\":\"u%d\",\"id\":\"%d-%d\"}"
                .formatted(PRODUCT, client, client, event);
        return HttpRequest.newBuilder(target)
                .timeout(REQUEST_LIMIT)
                .header("Authorization", "Bearer " + key)
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(body))
                .build();
    }
}
