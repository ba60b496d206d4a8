package io.tallystream.processor;

import static io.tallystream.processor.RunningProcessor.PATIENCE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tallystream.embedded.EmbeddedKafka;
import io.tallystream.runtime.lifecycle.StartupException;
import io.tallystream.runtime.management.Health;
import io.tallystream.schema.kafka.Topics;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What those see who run a processor: its metrics, its health, how it fails and how another takes over. */
@Timeout(240)
class OperationIT {
    private static final int PARTITIONS = 2;
    // For a dead letter, but not for the marker by which Kafka ends a transaction: it would never end.
    private static final String TOO_SMALL = "100";
    private static final String METERS = "tallystream.processor.";

    @TempDir
    private Path folder;

    // A broker of its own: the groups of one protocol cannot be had in the other.
    private EmbeddedKafka kafka;
    private ProcessorTopics topics;
    private int written;

    @BeforeEach
    void startKafka() {
        kafka = EmbeddedKafka.start(new EmbeddedKafka.Config(folder.resolve("kafka"), 0));
        topics = new ProcessorTopics(kafka.bootstrapServers());
    }

    @AfterEach
    void stopKafka() {
        topics.close();
        kafka.close();
    }

    @Test
    void shouldShowWhatItDoes() throws Exception {
        RunningProcessor processor = start("a", Map.of());
        try (processor) {
            processor.awaitUp();
            writeOneToEachPartition();
            int views = written;
            write(view(0, "u-same", "\"id\":\"one\","));
            write(view(0, "u-same", "\"id\":\"one\","));
            write(view(0, "u-late", "\"time\":\"2020-01-01T00:00:00Z\","));
            write(view(0, "u-future", "\"time\":\"2120-01-01T00:00:00Z\","));
            topics.write(new ProducerRecord<>(Topics.USER_ACTIONS, 0, null, "no JSON".getBytes(UTF_8)));
            awaitViews(views + 1);

            await().atMost(PATIENCE).untilAsserted(() -> {
                assertThat(records(processor, "accepted")).isEqualTo(views + 1);
                assertThat(records(processor, "duplicate")).isEqualTo(1);
                assertThat(records(processor, "late")).isEqualTo(1);
                assertThat(records(processor, "future")).isEqualTo(1);
                assertThat(records(processor, "invalid")).isEqualTo(1);
                assertThat(processor.meter(METERS + "rerouted"))
                        .isEqualTo(topics.readToEnd(List.of(Topics.REROUTED)).size());
                assertThat(processor.meter(METERS + "lag")).isZero();
                assertThat(processor.meter(METERS + "ids")).isEqualTo(1);
            });
            assertThat(processor.meter(METERS + "commits")).isPositive();
            assertThat(processor.meter(METERS + "drained", "what", "amounts")).isPositive();
            assertThat(processor.meter(METERS + "drained", "what", "users")).isPositive();
            assertThat(processor.meter(METERS + "drained", "what", "counts")).isPositive();
            assertThat(processor.meter(METERS + "state.bytes")).isPositive();
            assertThat(processor.meter(METERS + "threads")).isEqualTo(1);
            assertThat(processor.meter(METERS + "restored")).isZero();
            assertThat(processor.meter(METERS + "restoring")).isZero();
            assertThat(processor.meter(METERS + "thread.replacements")).isZero();
        }

        assertThat(processor.meters()).as("after it was closed").isEmpty();
    }

    @Test
    void shouldShowHowFarItIsBehind() {
        try (RunningProcessor processor = start("a", Map.of())) {
            processor.awaitUp();
            writeOneToEachPartition();
            awaitViews(written);
        }
        List<ProducerRecord<byte[], byte[]>> behind = new ArrayList<>();
        for (int i = 0; i < 3_000; i++) {
            behind.add(view(0, "u" + i, ""));
        }
        topics.writeAll(behind);
        Map<String, String> slow =
                Map.of("KAFKA_STREAMS_MAX_POLL_RECORDS", "10", "KAFKA_STREAMS_BUFFERED_RECORDS_PER_PARTITION", "10");

        try (RunningProcessor processor = start("a", slow)) {
            await().atMost(PATIENCE)
                    .pollDelay(Duration.ZERO)
                    .pollInterval(Duration.ofMillis(1))
                    .until(() ->
                            processor.meters().contains(METERS + "lag") && processor.meter(METERS + "lag") > 1_000);
            awaitViews(written + behind.size());
            await().atMost(PATIENCE).until(() -> processor.meter(METERS + "lag") == 0);
        }
    }

    @Test
    void shouldNotBeReadyBeforeItsStateIsRestored() {
        try (RunningProcessor processor = start("a", Map.of())) {
            processor.awaitUp();
            writeOneToEachPartition();
            List<ProducerRecord<byte[], byte[]>> views = new ArrayList<>();
            for (int i = 0; i < 500; i++) {
                views.add(view(0, "u" + i, ""));
            }
            topics.writeAll(views);
            written += views.size();
            awaitViews(written);
        }

        // With a folder that holds no state, and reading it slowly enough to be seen.
        Map<String, String> slow = Map.of("KAFKA_STREAMS_RESTORE_CONSUMER_MAX_POLL_RECORDS", "1");
        try (RunningProcessor processor = start("b", slow)) {
            List<Health> seen = new ArrayList<>();
            await().atMost(PATIENCE)
                    .pollInSameThread()
                    .pollDelay(Duration.ZERO)
                    .pollInterval(Duration.ofMillis(1))
                    .until(() -> {
                        seen.add(processor.health());
                        return processor.health().up();
                    });
            // There is one record for each user at least.
            assertThat(processor.meter(METERS + "restored")).isGreaterThanOrEqualTo(500);
            assertThat(processor.meter(METERS + "restoring")).isZero();
            assertThat(seen)
                    .anySatisfy(health -> assertThat(health.detail()).matches("REBALANCING, \\d+ records to restore"));
        }
    }

    @Test
    void shouldReplaceAThreadThatFailsAndGoOnExactly() throws Exception {
        try (RunningProcessor processor = start("a", Map.of())) {
            processor.awaitUp();
            writeOneToEachPartition();
            awaitViews(written);
            topics.configure(Topics.DEAD_LETTERS, "max.message.bytes", TOO_SMALL);
            topics.write(new ProducerRecord<>(Topics.USER_ACTIONS, 0, null, "no JSON".getBytes(UTF_8)));
            write(view(0, "u-behind", ""));
            written++;

            await().dontCatchUncaughtExceptions()
                    .atMost(PATIENCE)
                    .until(() -> processor.meter(METERS + "thread.replacements") > 0);
            topics.configure(Topics.DEAD_LETTERS, "max.message.bytes", "1000000");

            awaitViews(written);
            processor.awaitUp();
            assertThat(topics.readToEnd(List.of(Topics.DEAD_LETTERS))).hasSize(1);
            assertThat(processor.meter(METERS + "threads")).isEqualTo(1);
        }
        assertThat(views()).isEqualTo(written);
    }

    @Test
    void shouldEndWhenThreadsGoOnFailing() throws Exception {
        try (RunningProcessor processor = start("a", Map.of())) {
            processor.awaitUp();
            writeOneToEachPartition();
            topics.configure(Topics.DEAD_LETTERS, "max.message.bytes", TOO_SMALL);
            topics.write(new ProducerRecord<>(Topics.USER_ACTIONS, 0, null, "no JSON".getBytes(UTF_8)));

            // A thread that took over may first have to wait for the session of the one before.
            await().dontCatchUncaughtExceptions()
                    .atMost(Duration.ofSeconds(90))
                    .until(() -> processor.failure() != null);

            assertThat(processor.failure()).hasRootCauseInstanceOf(RecordTooLargeException.class);
            assertThat(processor.meter(METERS + "thread.replacements")).isEqualTo(3);
            await().atMost(PATIENCE).until(() -> !processor.health().up());
        }
    }

    @ParameterizedTest
    // Seconds of 10 and of 45, after which Kafka would give a processor's work to others by itself.
    @CsvSource({"classic, 9", "streams, 30"})
    void shouldHandItsWorkOverAtOnceWhenItIsStopped(String protocol, int beforeTheSessionEnds) {
        Map<String, String> variables = Map.of("GROUP_PROTOCOL", protocol);
        try (RunningProcessor first = start("a", variables);
                RunningProcessor second = start("b", variables)) {
            first.awaitUp();
            second.awaitUp();
            writeOneToEachPartition();
            awaitViews(written);

            first.stop();
            long stopped = System.nanoTime();
            writeOneToEachPartition();
            awaitViews(written);

            assertThat(Duration.ofNanos(System.nanoTime() - stopped))
                    .isLessThan(Duration.ofSeconds(beforeTheSessionEnds));
            assertThat(first.failure()).isNull();
            assertThat(second.failure()).isNull();
        }
    }

    @Test
    void shouldCountOnExactlyInTheOtherProtocol() throws Exception {
        for (String protocol : List.of("classic", "streams", "streams", "classic")) {
            try (RunningProcessor processor = start("a", Map.of("GROUP_PROTOCOL", protocol))) {
                processor.awaitUp();
                writeOneToEachPartition();
                awaitViews(written);
                // Closed in the midst of these, or before, or after.
                writeOneToEachPartition();
            }
        }
        try (RunningProcessor processor = start("a", Map.of())) {
            processor.awaitUp();
            awaitViews(written);
        }
        assertThat(views()).isEqualTo(written);
    }

    @Test
    void shouldTakeOverWithoutRestoringWhereACopyIsKept() {
        Map<String, String> variables = Map.of("STANDBY_REPLICAS", "1");
        try (RunningProcessor first = start("a", variables);
                RunningProcessor second = start("b", variables)) {
            first.awaitUp();
            second.awaitUp();
            writeOneToEachPartition();
            awaitViews(written);

            List<ProducerRecord<byte[], byte[]>> views = new ArrayList<>();
            for (int i = 0; i < 500; i++) {
                views.add(view(0, "u" + i, ""));
            }
            topics.writeAll(views);
            written += views.size();
            awaitViews(written);
            // Of each part of the two phases one does the work, and the other keeps a copy.
            await().atMost(PATIENCE).untilAsserted(() -> {
                for (RunningProcessor processor : List.of(first, second)) {
                    assertThat(processor.meter(METERS + "tasks", "kind", "active"))
                            .isEqualTo(PARTITIONS);
                    assertThat(processor.meter(METERS + "tasks", "kind", "standby"))
                            .isEqualTo(PARTITIONS);
                }
            });
            // The record of each user is copied once.
            await().atMost(PATIENCE)
                    .until(() -> first.meter(METERS + "copied") + second.meter(METERS + "copied") >= written);
            double restored = second.meter(METERS + "restored");

            first.stop();
            writeOneToEachPartition();
            awaitViews(written);

            assertThat(second.meter(METERS + "restored") - restored).isLessThan(views.size() / 2.0);
        }
    }

    @Test
    void shouldKeepItsIdentityOverARestart() throws IOException {
        try (RunningProcessor processor = start("a", Map.of())) {
            processor.awaitUp();
        }
        String before = Files.readString(identity("a"));
        assertThat(before).contains("processId");

        try (RunningProcessor processor = start("a", Map.of())) {
            processor.awaitUp();
        }
        assertThat(Files.readString(identity("a"))).isEqualTo(before);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "tallystream-processor-users-changelog",
                "tallystream-processor-merged-counts-changelog",
                "tallystream-processor-amounts-repartition",
            })
    void shouldRefuseStateOfOtherPartitions(String topic) throws Exception {
        topics.create(topic, PARTITIONS + 1, Map.of());

        try (RunningProcessor processor = start("a", Map.of())) {
            await().atMost(PATIENCE).until(() -> processor.failure() != null);

            assertThat(processor.failure())
                    .isInstanceOf(StartupException.class)
                    .hasMessageContaining("topic %s has 3 partitions and PARTITIONS is 2".formatted(topic));
            assertThat(processor.failure().getMessage().lines()).hasSize(1);
        }
    }

    @Test
    void shouldRefuseSettingsThatKafkaStreamsDoesNotTake() {
        try (RunningProcessor processor = start("a", Map.of("KAFKA_STREAMS_NUM_STREAM_THREADS", "two"))) {
            await().atMost(PATIENCE).until(() -> processor.failure() != null);

            assertThat(processor.failure())
                    .isInstanceOf(StartupException.class)
                    .hasMessageContaining("KAFKA_STREAMS_")
                    .hasMessageContaining("num.stream.threads");
        }
    }

    private Path identity(String name) {
        return folder.resolve(name).resolve("streams/tallystream-processor/kafka-streams-process-metadata");
    }

    private RunningProcessor start(String name, Map<String, String> variables) {
        Map<String, String> all = new TreeMap<>(variables);
        all.put("KAFKA_BOOTSTRAP_SERVERS", kafka.bootstrapServers());
        all.put("PARTITIONS", Integer.toString(PARTITIONS));
        all.put("DATA_DIR", folder.resolve(name).toString());
        return new RunningProcessor(all);
    }

    private void awaitViews(int expected) {
        await().atMost(PATIENCE)
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(20))
                .untilAsserted(() -> assertThat(views()).isEqualTo(expected));
    }

    /** The views of all days, of which there are two around midnight. */
    private long views() throws Exception {
        Map<String, Long> counts = new TreeMap<>();
        topics.readToEnd(List.of("counts-day")).forEach(record -> ProcessorTopics.take(record, counts));
        return counts.entrySet().stream()
                .filter(count -> count.getKey().matches("page_views\\|day\\|[^|]+\\|total\\|"))
                .mapToLong(Map.Entry::getValue)
                .sum();
    }

    private static double records(RunningProcessor processor, String outcome) {
        return processor.meter(METERS + "records", "outcome", outcome);
    }

    private void writeOneToEachPartition() {
        for (int partition = 0; partition < PARTITIONS; partition++) {
            // The user's partition is the other one for about half of them.
            write(view(partition, "user-" + written, ""));
            written++;
        }
    }

    private void write(ProducerRecord<byte[], byte[]> record) {
        topics.write(record);
    }

    private static ProducerRecord<byte[], byte[]> view(int partition, String user, String more) {
        String json = "{\"type\":\"page_view\",%s\"page\":\"/\",\"user_id\":\"%s\"}".formatted(more, user);
        return new ProducerRecord<>(Topics.USER_ACTIONS, partition, user.getBytes(UTF_8), json.getBytes(UTF_8));
    }
}
