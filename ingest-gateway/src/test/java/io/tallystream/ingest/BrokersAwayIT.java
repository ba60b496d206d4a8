package io.tallystream.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tallystream.embedded.EmbeddedKafkaCluster;
import io.tallystream.schema.kafka.Topics;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** All brokers go away under load, in order and without a word, and come back. */
@Timeout(300)
class BrokersAwayIT {
    private static final Duration PATIENCE = Duration.ofSeconds(90);
    private static final int CLIENTS = 50;
    private static final long MEMORY_SLACK = 64L * 1024 * 1024;

    @TempDir
    private Path folder;

    @Test
    void shouldOnlyAnswer503UntilTheyAreBack() throws Exception {
        goAwayAndComeBack(Duration.ofSeconds(2), Duration.ofSeconds(8));
    }

    @Test
    @Tag("long")
    void shouldOnlyAnswer503ForHalfAMinute() throws Exception {
        goAwayAndComeBack(Duration.ofSeconds(10), Duration.ofSeconds(30));
    }

    private void goAwayAndComeBack(Duration deadline, Duration away) throws Exception {
        try (EmbeddedKafkaCluster cluster = EmbeddedKafkaCluster.start(folder);
                EventTopics topics = new EventTopics(cluster.bootstrapServers()).make((short) 3);
                Gateway gateway = Gateway.start(
                                cluster.bootstrapServers(), Map.of("REQUEST_DEADLINE", deadline.toString()))
                        .awaitUp()) {
            RetryingClients clients = new RetryingClients(gateway.port(), CLIENTS);
            awaitMoreAccepted(clients);
            long memory = usedMemory();

            IntStream.rangeClosed(1, EmbeddedKafkaCluster.BROKERS).forEach(cluster::pause);
            awaitRefusals(clients, away);
            assertThat(gateway.bytesUnderWay()).isLessThan(32.0 * 1024 * 1024);
            IntStream.rangeClosed(1, EmbeddedKafkaCluster.BROKERS).forEach(cluster::resume);
            awaitMoreAccepted(clients);

            for (int broker = 1; broker <= EmbeddedKafkaCluster.BROKERS; broker++) {
                cluster.kill(broker);
            }
            awaitRefusals(clients, away);
            for (int broker = 1; broker <= EmbeddedKafkaCluster.BROKERS; broker++) {
                cluster.start(broker);
            }
            awaitMoreAccepted(clients);
            assertThat(clients.stop()).succeedsWithin(PATIENCE);

            assertThat(clients.broken()).isZero();
            assertThat(clients.refusals()).containsOnly(503);
            // Seen from clients that share the machine with all else that it does.
            assertThat(clients.longest()).isLessThan(deadline.plusSeconds(20));
            assertThat(usedMemory() - memory).isLessThan(MEMORY_SLACK);
            await().untilAsserted(() -> assertThat(gateway.bytesUnderWay()).isZero());
            await().untilAsserted(() -> assertThat(gateway.requestsUnderWay()).isZero());
            Set<String> written = topics.read(Topics.USER_ACTIONS, value -> true).stream()
                    .map(record -> new JsonObject(record.value()).getString("id"))
                    .collect(Collectors.toSet());
            assertThat(written).containsAll(clients.accepted());
        }
    }

    /** They are away for a while, and that is seen. */
    private static void awaitRefusals(RetryingClients clients, Duration away) throws InterruptedException {
        int before = clients.refusals().size();
        TimeUnit.MILLISECONDS.sleep(away.toMillis());
        await().atMost(PATIENCE).until(() -> clients.refusals().size() > before + CLIENTS);
    }

    private static void awaitMoreAccepted(RetryingClients clients) {
        int before = clients.accepted().size();
        await().atMost(PATIENCE).until(() -> clients.accepted().size() > before + 5 * CLIENTS);
    }

    private static long usedMemory() {
        System.gc();
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }
}
