package io.tallystream.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tallystream.embedded.ChildJvm;
import io.tallystream.embedded.LoopbackPorts;
import io.tallystream.ingest.IngestMain;
import io.tallystream.schema.kafka.Topics;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Who sends an event again, with its id, until it is answered with 202, is counted once, whatever died meanwhile. */
@Timeout(600)
class RetryIT {
    private static final Duration PATIENCE = Duration.ofSeconds(90);
    private static final int CLIENTS = 240;
    private static final int ACCEPTED_BETWEEN_KILLS = 5 * CLIENTS;

    @TempDir
    private Path folder;

    @Test
    void shouldCountOnceWhatWasSentAgainAfterAKill() throws Exception {
        int kills = 2;
        int inFlight = 100;
        int port = LoopbackPorts.anyFree();
        Tallystream tallystream = start(port);
        try {
            RetryingClients clients = new RetryingClients(port, tallystream.secret("ingest-key"), CLIENTS);
            for (int kill = 0; kill < kills; kill++) {
                awaitInFlight(clients, inFlight);
                tallystream.kill();
                tallystream = start(port);
            }
            awaitMoreAccepted(clients);
            assertThat(clients.stop()).succeedsWithin(PATIENCE);
            assertThat(clients.withoutAnswer()).isGreaterThanOrEqualTo(kills * inFlight / 2);
            assertEachIsCountedOnce(clients, tallystream);
        } finally {
            tallystream.close();
        }
    }

    @Test
    @Tag("long")
    void shouldCountOnceWhatWasSentAgainAfterTenKillsOfTheGateway() throws Exception {
        int kills = 10;
        int inFlight = 200;
        int port = LoopbackPorts.anyFree();
        Path log = folder.resolve("gateway.log");
        try (Tallystream tallystream = Tallystream.ready(folder.resolve("data"), "start")) {
            String key = tallystream.secret("ingest-key");
            ChildJvm gateway = startGateway(tallystream.kafka(), port, key, log);
            try {
                RetryingClients clients = new RetryingClients(port, key, CLIENTS);
                for (int kill = 0; kill < kills; kill++) {
                    awaitInFlight(clients, inFlight);
                    gateway.close();
                    gateway = startGateway(tallystream.kafka(), port, key, log);
                }
                awaitMoreAccepted(clients);
                assertThat(clients.stop()).succeedsWithin(PATIENCE);
                assertThat(clients.withoutAnswer()).isGreaterThanOrEqualTo(kills * inFlight / 2);
                assertEachIsCountedOnce(clients, tallystream);
            } finally {
                gateway.close();
            }
        }
    }

    /** A burst of answers just before may leave fewer under way at the kill itself. */
    private static void awaitInFlight(RetryingClients clients, int number) {
        awaitMoreAccepted(clients);
        await().atMost(PATIENCE).pollInterval(Duration.ofMillis(1)).until(() -> clients.underWay() >= number);
    }

    private static void awaitMoreAccepted(RetryingClients clients) {
        int now = clients.accepted();
        await().atMost(PATIENCE).until(() -> clients.accepted() > now + ACCEPTED_BETWEEN_KILLS);
    }

    private static void assertEachIsCountedOnce(RetryingClients clients, Tallystream tallystream) throws Exception {
        long written = written(tallystream);
        int sent = clients.accepted();
        await("every record judged").atMost(PATIENCE).until(() -> judged(tallystream, "") == written);
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(List.of(
                                clicks(tallystream), judged(tallystream, "accepted"), judged(tallystream, "duplicate")))
                        .as("clicks, accepted and duplicate of %d records", written)
                        .containsExactly((long) sent, (long) sent, written - sent));
        assertThat(written - sent).isGreaterThanOrEqualTo(CLIENTS);
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

    private static long clicks(Tallystream tallystream) {
        return tallystream
                .ask("/api/v1/products/" + RetryingClients.PRODUCT + "/clicks")
                .getLong("clicks");
    }

    /** Records of which is decided what becomes of them; empty: whatever that is. */
    private static long judged(Tallystream tallystream, String outcome) {
        String ofOne = outcome.isEmpty() ? "" : "&dimension=outcome&member=" + outcome;
        return tallystream.ask("/api/v1/stats/trend?range=day&metric=events" + ofOne).getJsonArray("data").stream()
                .mapToLong(day -> ((JsonObject) day).getLong("count"))
                .sum();
    }

    private static ChildJvm startGateway(String bootstrapServers, int port, String key, Path log) throws IOException {
        return ChildJvm.start(
                List.of("-Xmx256m", "-XX:TieredStopAtLevel=1"),
                IngestMain.class.getName(),
                Map.of(
                        "INGEST_PORT",
                        Integer.toString(port),
                        "MANAGEMENT_PORT",
                        "0",
                        "INGEST_KEYS",
                        "test=" + key,
                        // So that requests wait for Kafka rather than for their client.
                        "KAFKA_PRODUCER_LINGER_MS",
                        "100",
                        "KAFKA_BOOTSTRAP_SERVERS",
                        bootstrapServers),
                log);
    }
}
