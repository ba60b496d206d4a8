package io.tallystream.processor;

import static io.tallystream.processor.ProcessorTopics.event;
import static io.tallystream.processor.RunningProcessor.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tallystream.embedded.EmbeddedKafkaCluster;
import io.tallystream.runtime.lifecycle.StartupException;
import io.tallystream.schema.kafka.Topics;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The processor on three brokers, of which some are killed while it counts. */
@Timeout(240)
class ReplicatedClusterIT {
    private static final int PARTITIONS = 2;
    private static final int PRODUCTS = 5;
    private static final int USERS = 300;
    private static final int CLICKS = 20_000;

    private final Instant time = Instant.now();
    private final Recount truth = new Recount(ZoneOffset.UTC);

    @TempDir
    private Path folder;

    private EmbeddedKafkaCluster cluster;
    private ProcessorTopics topics;

    @BeforeEach
    void start() {
        cluster = EmbeddedKafkaCluster.start(folder.resolve("kafka"));
        topics = new ProcessorTopics(cluster.bootstrapServers());
    }

    @AfterEach
    void stop() {
        topics.close();
        cluster.close();
    }

    @Test
    void shouldCountExactlyWhileBrokersAreKilledAndReturn() throws Exception {
        refuseMoreCopiesThanBrokers();
        // As whoever makes a topic by hand leaves it where brokers do not say otherwise.
        topics.create(
                Topics.API_CALLS,
                PARTITIONS,
                3,
                Map.of(
                        "message.timestamp.type",
                        "LogAppendTime",
                        "min.insync.replicas",
                        "1",
                        "retention.ms",
                        "86400000"));
        try (RunningProcessor processor = new RunningProcessor(variables(3))) {
            processor.awaitUp();
            topics.writeAll(oneForEachPartition());
            awaitCounted(PARTITIONS, processor);
            assertCopies();

            int coordinator = topics.coordinator(ProcessorConfig.APPLICATION_ID);
            topics.writeAll(clicks());
            List<ProducerRecord<byte[], byte[]>> meanwhile = clicks();
            CompletableFuture<Void> writing = CompletableFuture.runAsync(() -> topics.writeAll(meanwhile));
            assertThat(counted()).as("counted before the kill").isLessThan(PARTITIONS + 2 * CLICKS);
            cluster.kill(coordinator);
            writing.join();
            awaitCounted(PARTITIONS + 2 * CLICKS, processor);
            processor.awaitUp();

            // Now too few are left for anything to be acknowledged.
            topics.writeAll(clicks());
            int other = Stream.of(1, 2, 3)
                    .filter(id -> id != coordinator)
                    .findFirst()
                    .orElseThrow();
            cluster.kill(other);
            cluster.start(coordinator);
            cluster.start(other);
            topics.writeAll(clicks());
            awaitCounted(PARTITIONS + 4 * CLICKS, processor);
            processor.awaitUp();
            await().atMost(PATIENCE).untilAsserted(this::assertAllInSync);
            // Those of all products may be merged after those of each.
            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(topics.allCounts()).isEqualTo(truth.counts()));
            assertThat(processor.failure()).isNull();
        }
        assertThat(topics.allCounts()).isEqualTo(truth.counts());
    }

    private void refuseMoreCopiesThanBrokers() {
        try (RunningProcessor processor = new RunningProcessor(variables(4))) {
            await().atMost(PATIENCE).until(() -> processor.failure() != null);

            assertThat(processor.failure())
                    .isInstanceOf(StartupException.class)
                    .hasMessageStartingWith("REPLICATION_FACTOR cannot be 4: ")
                    .message()
                    .doesNotContain("\n");
        }
    }

    /** Also of the topics that Kafka Streams makes. */
    private void assertCopies() throws Exception {
        assertThat(topics.names())
                .contains(Topics.API_CALLS)
                .anyMatch(name -> name.endsWith("-repartition"))
                .anyMatch(name -> name.endsWith("-changelog"));
        for (String name : topics.names()) {
            assertThat(topics.setting(name, "min.insync.replicas")).as(name).isEqualTo("2");
        }
        assertAllInSync();
    }

    private void assertAllInSync() throws Exception {
        assertThat(topics.describe(topics.names()))
                .allSatisfy((name, topic) -> assertThat(topic.partitions())
                        .as(name)
                        .allSatisfy(partition -> {
                            assertThat(partition.replicas()).hasSize(3);
                            assertThat(partition.isr()).hasSize(3);
                        }));
    }

    private void awaitCounted(long clicks, RunningProcessor processor) {
        await().atMost(PATIENCE.multipliedBy(2))
                .pollInterval(Duration.ofMillis(250))
                .untilAsserted(() -> {
                    assertThat(processor.failure()).isNull();
                    assertThat(counted()).isEqualTo(clicks);
                });
    }

    /** How many clicks have been counted so far. */
    private long counted() throws Exception {
        return topics.allCounts().entrySet().stream()
                .filter(count -> count.getKey().startsWith("clicks|lifetime|all|product|"))
                .mapToLong(Map.Entry::getValue)
                .sum();
    }

    private Map<String, String> variables(int copies) {
        return Map.of(
                "KAFKA_BOOTSTRAP_SERVERS",
                cluster.bootstrapServers(),
                "PARTITIONS",
                Integer.toString(PARTITIONS),
                "REPLICATION_FACTOR",
                Integer.toString(copies),
                "DATA_DIR",
                folder.resolve("state").toString());
    }

    /** A producer with several batches on their way to a partition that is only just being made may lose some for good. */
    private List<ProducerRecord<byte[], byte[]>> oneForEachPartition() {
        List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
        for (int partition = 0; partition < PARTITIONS; partition++) {
            ProducerRecord<byte[], byte[]> click = click(0);
            records.add(new ProducerRecord<>(click.topic(), partition, click.key(), click.value()));
        }
        return records;
    }

    private List<ProducerRecord<byte[], byte[]>> clicks() {
        List<ProducerRecord<byte[], byte[]>> clicks = new ArrayList<>();
        for (int i = 0; i < CLICKS; i++) {
            clicks.add(click(i));
        }
        return clicks;
    }

    private ProducerRecord<byte[], byte[]> click(int number) {
        String user = "u" + number % USERS;
        String product = "p" + number % PRODUCTS;
        truth.click(time, user, product);
        return event(
                Topics.USER_ACTIONS,
                user,
                "{\"type\":\"click\",\"user_id\":\"%s\",\"product_id\":\"%s\",\"time\":\"%s\"}"
                        .formatted(user, product, time));
    }
}
