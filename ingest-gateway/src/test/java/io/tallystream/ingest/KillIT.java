package io.tallystream.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tallystream.embedded.EmbeddedKafka;
import io.tallystream.embedded.LoopbackPorts;
import io.tallystream.embedded.junit.WithKafka;
import io.tallystream.schema.kafka.Topics;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** 202 means that the event outlives the gateway. */
@WithKafka
@Timeout(300)
class KillIT {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int CLIENTS = 240;
    private static final int IN_FLIGHT = 200;
    private static final int ACCEPTED_BETWEEN_KILLS = 5 * CLIENTS;

    @TempDir
    private Path folder;

    @Test
    void shouldKeepEveryAcceptedEventWhenTheGatewayIsKilledTwice(EmbeddedKafka kafka) throws Exception {
        killAndCompare(kafka, 2);
    }

    @Test
    @Tag("long")
    void shouldKeepEveryAcceptedEventWhenTheGatewayIsKilledTenTimes(EmbeddedKafka kafka) throws Exception {
        killAndCompare(kafka, 10);
    }

    private void killAndCompare(EmbeddedKafka kafka, int kills) throws Exception {
        int port = LoopbackPorts.anyFree();
        try (EventTopics topics = new EventTopics(kafka.bootstrapServers()).make()) {
            Set<String> before = Set.copyOf(idsOfClients(topics));
            GatewayProcess gateway = start(kafka, port);
            try {
                RetryingClients clients = new RetryingClients(port, CLIENTS);
                for (int kill = 0; kill < kills; kill++) {
                    awaitMore(clients);
                    await().atMost(PATIENCE)
                            .pollInterval(Duration.ofMillis(1))
                            .until(() -> clients.underWay() >= IN_FLIGHT);
                    gateway.kill();
                    gateway = start(kafka, port);
                }
                awaitMore(clients);
                assertThat(clients.stop()).succeedsWithin(PATIENCE);

                List<String> written = idsOfClients(topics).stream()
                        .filter(id -> !before.contains(id))
                        .toList();
                assertThat(clients.broken()).isGreaterThanOrEqualTo(kills * IN_FLIGHT / 2);
                assertThat(Set.copyOf(written))
                        .as(
                                "of %d answered with 202, with %d requests without an answer, %d records",
                                clients.accepted().size(), clients.broken(), written.size())
                        .isEqualTo(clients.accepted());
            } finally {
                gateway.kill();
            }
        }
    }

    private GatewayProcess start(EmbeddedKafka kafka, int port) throws Exception {
        return GatewayProcess.start(
                kafka.bootstrapServers(), port, folder.resolve("gateway.log").toFile());
    }

    private static void awaitMore(RetryingClients clients) {
        int now = clients.accepted().size();
        await().atMost(PATIENCE).until(() -> clients.accepted().size() > now + ACCEPTED_BETWEEN_KILLS);
    }

    private static List<String> idsOfClients(EventTopics topics) {
        return topics.read(Topics.USER_ACTIONS, value -> value.contains("client-")).stream()
                .map(record -> new JsonObject(record.value()).getString("id"))
                .collect(Collectors.toList());
    }
}
