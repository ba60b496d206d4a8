package io.tallystream.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tallystream.schema.kafka.Topics;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Who sends an event again, with its id, until it is answered with 202, is counted once, whatever died meanwhile. */
@Timeout(300)
class RetryIT {
    private static final Duration PATIENCE = Duration.ofSeconds(90);
    private static final Duration REQUEST_LIMIT = Duration.ofSeconds(30);
    private static final long RETRY_MILLIS = 50;
    private static final int CLIENTS = 240;
    private static final int IN_FLIGHT = 100;
    private static final int ACCEPTED_BETWEEN_KILLS = 5 * CLIENTS;
    private static final int KILLS = 2;

    @TempDir
    private Path folder;

    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final AtomicInteger accepted = new AtomicInteger();
    private final AtomicInteger underWay = new AtomicInteger();
    private final AtomicInteger withoutAnswer = new AtomicInteger();
    private volatile boolean stopped;

    @Test
    void shouldCountOnceWhatWasSentAgainAfterAKill() throws Exception {
        int port = freePort();
        Tallystream tallystream = start(port);
        try {
            String key = tallystream.secret("ingest-key");
            List<CompletableFuture<Void>> clients = IntStream.range(0, CLIENTS)
                    .mapToObj(client -> send(port, key, client, 0))
                    .toList();
            for (int kill = 0; kill < KILLS; kill++) {
                awaitMoreAccepted();
                await().atMost(PATIENCE).pollInterval(Duration.ofMillis(1)).until(() -> underWay.get() >= IN_FLIGHT);
                tallystream.kill();
                tallystream = start(port);
            }
            awaitMoreAccepted();
            stopped = true;
            assertThat(CompletableFuture.allOf(clients.toArray(CompletableFuture[]::new)))
                    .succeedsWithin(PATIENCE);

            Tallystream last = tallystream;
            long written = written(last);
            await("every record judged").atMost(PATIENCE).until(() -> judged(last) == written);
            int sent = accepted.get();
            assertThat(withoutAnswer).hasValueGreaterThanOrEqualTo(KILLS * IN_FLIGHT / 2);
            assertThat(last.ask("/api/v1/products/p/clicks").getLong("clicks"))
                    .as("of %d records", written)
                    .isEqualTo(sent);
        } finally {
            tallystream.close();
        }
    }

    /** One event after the other, each until it is accepted. */
    private CompletableFuture<Void> send(int port, String key, int client, int event) {
        if (stopped) {
            return CompletableFuture.completedFuture(null);
        }
        String body = "{\"type\":\"click\",\"product_id\":\"p\",\"user_id\":\"u%d\",\"id\":\"%d-%d\"}"
                .formatted(client, client, event);
        return sendUntilAccepted(request(port, key, body)).thenCompose(done -> send(port, key, client, event + 1));
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
                .thenCompose(done -> {
                    if (done) {
                        accepted.incrementAndGet();
                        return CompletableFuture.completedFuture(null);
                    }
                    return CompletableFuture.runAsync(
                                    () -> {}, CompletableFuture.delayedExecutor(RETRY_MILLIS, TimeUnit.MILLISECONDS))
                            .thenCompose(waited -> sendUntilAccepted(request));
                });
    }

    private static HttpRequest request(int port, String key, String body) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/v1/events"))
                .timeout(REQUEST_LIMIT)
                .header("Authorization", "Bearer " + key)
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(body))
                .build();
    }

    private void awaitMoreAccepted() {
        int now = accepted.get();
        await().atMost(PATIENCE).until(() -> accepted.get() > now + ACCEPTED_BETWEEN_KILLS);
    }

    private Tallystream start(int port) throws IOException {
        return Tallystream.ready(folder.resolve("data"), Map.of("INGEST_PORT", Integer.toString(port)), "start");
    }

    /** Records of all events, however often each was sent. */
    private static long written(Tallystream tallystream) throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", tallystream.kafka()))) {
            var partitions = admin.describeTopics(List.of(Topics.USER_ACTIONS))
                    .allTopicNames()
                    .get()
                    .get(Topics.USER_ACTIONS)
                    .partitions();
            return admin
                    .listOffsets(partitions.stream()
                            .collect(Collectors.toMap(
                                    partition -> new TopicPartition(Topics.USER_ACTIONS, partition.partition()),
                                    partition -> OffsetSpec.latest())))
                    .all()
                    .get()
                    .values()
                    .stream()
                    .mapToLong(ListOffsetsResultInfo::offset)
                    .sum();
        }
    }

    /** Records of which is decided whether they count. */
    private static long judged(Tallystream tallystream) {
        return tallystream.ask("/api/v1/stats/trend?range=day&metric=events").getJsonArray("data").stream()
                .mapToLong(day -> ((JsonObject) day).getLong("count"))
                .sum();
    }

    private static int freePort() throws IOException {
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return free.getLocalPort();
        }
    }
}
