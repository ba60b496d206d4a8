package io.tallystream.ingest;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;

/** Clients that each send one event after the other, and each event again, with its id, until it is answered with 202. */
final class RetryingClients {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final long RETRY_MILLIS = 20;

    // Tests of one broker see each other's records.
    private final String name = "client-" + UUID.randomUUID();
    private final URI uri;
    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final Set<String> accepted = ConcurrentHashMap.newKeySet();
    private final Queue<Integer> refusals = new ConcurrentLinkedQueue<>();
    private final AtomicLong longestNanos = new AtomicLong();
    private final AtomicInteger broken = new AtomicInteger();
    private final AtomicInteger underWay = new AtomicInteger();
    private final List<CompletableFuture<Void>> clients;
    private volatile boolean stopped;

    RetryingClients(int port, int number) {
        uri = URI.create("http://127.0.0.1:" + port + Gateway.EVENTS);
        clients = IntStream.range(0, number).mapToObj(i -> send(i, 0)).toList();
    }

    /** The ids of events that were answered with 202, each at most once. */
    Set<String> accepted() {
        return accepted;
    }

    /** Statuses of other answers. */
    Queue<Integer> refusals() {
        return refusals;
    }

    /** Requests that had no answer. */
    int broken() {
        return broken.get();
    }

    /** Requests that have none yet. */
    int underWay() {
        return underWay.get();
    }

    /** What an answer took that took longest. */
    Duration longest() {
        return Duration.ofNanos(longestNanos.get());
    }

    /** Completes when each client's last event is accepted. */
    CompletableFuture<Void> stop() {
        stopped = true;
        return CompletableFuture.allOf(clients.toArray(CompletableFuture[]::new));
    }

    private CompletableFuture<Void> send(int number, int event) {
        if (stopped) {
            return CompletableFuture.completedFuture(null);
        }
        return sendUntilAccepted("%s-%d-%d".formatted(name, number, event), number)
                .thenCompose(done -> send(number, event + 1));
    }

    private CompletableFuture<Void> sendUntilAccepted(String id, int number) {
        HttpRequest request = HttpRequest.newBuilder(uri)
                .timeout(PATIENCE)
                .header("X-API-Key", Gateway.KEY)
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(
                        "{\"type\":\"click\",\"product_id\":\"p\",\"user_id\":\"u%d\",\"id\":\"%s\"}"
                                .formatted(number, id)))
                .build();
        long begin = System.nanoTime();
        underWay.incrementAndGet();
        return client.sendAsync(request, BodyHandlers.discarding())
                .handle((response, failure) -> {
                    underWay.decrementAndGet();
                    if (failure != null) {
                        broken.incrementAndGet();
                        return false;
                    }
                    longestNanos.accumulateAndGet(System.nanoTime() - begin, Math::max);
                    if (response.statusCode() == 202) {
                        accepted.add(id);
                        return true;
                    }
                    refusals.add(response.statusCode());
                    return false;
                })
                .thenComposeAsync(done -> done
                        ? CompletableFuture.<Void>completedFuture(null)
                        : CompletableFuture.runAsync(
                                        () -> {},
                                        CompletableFuture.delayedExecutor(RETRY_MILLIS, TimeUnit.MILLISECONDS))
                                .thenCompose(waited -> sendUntilAccepted(id, number)));
    }
}
