package io.tallystream.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tallystream.embedded.EmbeddedKafkaCluster;
import io.tallystream.schema.kafka.Topics;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** 202 means that the event outlives the broker that took it. */
@Timeout(240)
class IngestClusterIT {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int CLIENTS = 24;
    private static final TopicPartition PARTITION = new TopicPartition(Topics.USER_ACTIONS, 0);

    // Shorter than it takes until another broker leads. What was answered too early is then given up, not merely late.
    private static final Map<String, String> IMPATIENT = Map.of(
            "KAFKA_PRODUCER_DELIVERY_TIMEOUT_MS",
            Integer.toString(EmbeddedKafkaCluster.SESSION_TIMEOUT_MILLIS * 5 / 8),
            "KAFKA_PRODUCER_REQUEST_TIMEOUT_MS",
            Integer.toString(EmbeddedKafkaCluster.SESSION_TIMEOUT_MILLIS * 3 / 8));

    @TempDir
    private Path folder;

    private final Queue<String> accepted = new ConcurrentLinkedQueue<>();
    private volatile boolean stopped;

    @Test
    void shouldKeepEveryAcceptedEventWhenTheLeaderIsKilled() throws Exception {
        try (EmbeddedKafkaCluster cluster = EmbeddedKafkaCluster.start(folder);
                Admin admin = Admin.create(Map.of("bootstrap.servers", cluster.bootstrapServers()));
                EventTopics topics = new EventTopics(cluster.bootstrapServers()).make((short) 3);
                Gateway gateway =
                        Gateway.start(cluster.bootstrapServers(), IMPATIENT).awaitUp()) {
            List<CompletableFuture<Void>> clients = IntStream.range(0, CLIENTS)
                    .mapToObj(client -> sendOneAfterTheOther(gateway, client, 0))
                    .toList();
            await().atMost(PATIENCE).until(() -> accepted.size() > 10 * CLIENTS);
            int leader = leader(admin);
            List<Integer> followers =
                    Stream.of(1, 2, 3).filter(id -> id != leader).toList();

            followers.forEach(cluster::pause);
            awaitRecordsThatOnlyItHas(admin, leader);
            cluster.kill(leader);
            followers.forEach(cluster::resume);

            await().atMost(PATIENCE).until(() -> hasAnotherLeader(admin, leader));
            int before = accepted.size();
            await().atMost(PATIENCE).until(() -> accepted.size() > before + 10 * CLIENTS);
            stopped = true;
            assertThat(CompletableFuture.allOf(clients.toArray(CompletableFuture[]::new)))
                    .succeedsWithin(PATIENCE);

            Set<String> kept = topics.read(Topics.USER_ACTIONS, value -> true).stream()
                    .map(record -> new JsonObject(record.value()).getString("id"))
                    .collect(Collectors.toSet());
            assertThat(accepted.stream().filter(id -> !kept.contains(id)))
                    .as("lost of %d answered with 202", accepted.size())
                    .isEmpty();
        }
    }

    /** Each event once, whatever becomes of it. */
    private CompletableFuture<Void> sendOneAfterTheOther(Gateway gateway, int client, int number) {
        if (stopped) {
            return CompletableFuture.completedFuture(null);
        }
        String id = client + "-" + number;
        return gateway.postAsync("{\"type\":\"click\",\"product_id\":\"p\",\"user_id\":\"u%d\",\"id\":\"%s\"}"
                        .formatted(client, id))
                .thenComposeAsync(
                        response -> {
                            if (response.statusCode() == 202) {
                                accepted.add(id);
                            }
                            return sendOneAfterTheOther(gateway, client, number + 1);
                        },
                        CompletableFuture.delayedExecutor(2, TimeUnit.MILLISECONDS));
    }

    /** Waits until the leader's log grows, though nobody copies from it. */
    private static void awaitRecordsThatOnlyItHas(Admin admin, int leader) throws Exception {
        long before = sizeOfLog(admin, leader);
        await().atMost(PATIENCE).pollInterval(Duration.ofMillis(20)).until(() -> sizeOfLog(admin, leader) > before);
    }

    private static long sizeOfLog(Admin admin, int broker) throws Exception {
        return admin.describeLogDirs(List.of(broker)).descriptions().get(broker).get().values().stream()
                .mapToLong(folder -> folder.replicaInfos().get(PARTITION).size())
                .sum();
    }

    private static int leader(Admin admin) throws Exception {
        return admin.describeTopics(List.of(PARTITION.topic()))
                .allTopicNames()
                .get()
                .get(PARTITION.topic())
                .partitions()
                .get(PARTITION.partition())
                .leader()
                .id();
    }

    private static boolean hasAnotherLeader(Admin admin, int lost) throws Exception {
        int leader = leader(admin);
        return leader >= 0 && leader != lost;
    }
}
