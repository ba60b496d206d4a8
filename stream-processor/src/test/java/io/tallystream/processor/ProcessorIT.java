package io.tallystream.processor;

import static io.tallystream.processor.ProcessorTopics.event;
import static io.tallystream.processor.RunningProcessor.PATIENCE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.tallystream.embedded.EmbeddedKafka;
import io.tallystream.embedded.LoopbackPorts;
import io.tallystream.embedded.junit.WithKafka;
import io.tallystream.runtime.config.Environment;
import io.tallystream.runtime.lifecycle.ServiceContext;
import io.tallystream.runtime.lifecycle.StartupException;
import io.tallystream.runtime.management.Health;
import io.tallystream.runtime.management.HealthChecks;
import io.tallystream.schema.kafka.Topics;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@WithKafka
@Timeout(240)
class ProcessorIT {
    private static final String API_CALLS = "api-calls";
    private static final String USER_ACTIONS = "user-actions";
    private static final int PARTITIONS = 2;
    private static final int PRODUCTS = 5;
    // Less than Kafka's clients wait where nobody has said otherwise.
    private static final Duration PROMPTLY = Duration.ofSeconds(25);

    private final EmbeddedKafka kafka;
    private final Instant time = Instant.now();

    @TempDir
    private Path folder;

    private final ProcessorTopics topics;

    ProcessorIT(EmbeddedKafka kafka) {
        this.kafka = kafka;
        topics = new ProcessorTopics(kafka.bootstrapServers());
    }

    @AfterEach
    void forgetAll() throws Exception {
        try (topics) {
            topics.forgetAll();
        }
    }

    @Test
    void shouldMakeTheTopicsAndCount() throws Exception {
        try (RunningProcessor processor = start("state")) {
            processor.awaitUp();
            assertThat(topics.describe(List.of(
                            API_CALLS,
                            USER_ACTIONS,
                            "counts-minute",
                            "counts-hour",
                            "counts-day",
                            "counts-user-day",
                            "counts-lifetime",
                            "dead-letters")))
                    .allSatisfy((name, topic) ->
                            assertThat(topic.partitions()).as(name).hasSize(PARTITIONS));
            assertThat(topics.setting(API_CALLS, "message.timestamp.type")).isEqualTo("LogAppendTime");

            topics.writeAll(clicks(500));

            assertThat(topics.awaitCounts(countsOfClicks(500))).isEqualTo(countsOfClicks(500));
        }
        assertThat(topics.allCounts()).isEqualTo(countsOfClicks(500));
    }

    @Test
    void shouldGoOnExactlyAfterARestart() throws Exception {
        try (RunningProcessor processor = start("state")) {
            processor.awaitUp();
            topics.writeAll(clicks(300));
            topics.awaitCounts(countsOfClicks(300));
            // Closed in the midst of these, or before, or after.
            topics.writeAll(clicks(300));
        }
        topics.writeAll(clicks(300));

        try (RunningProcessor processor = start("state")) {
            processor.awaitUp();
            topics.awaitCounts(countsOfClicks(300, 300, 300));
        }
        assertThat(topics.allCounts()).isEqualTo(countsOfClicks(300, 300, 300));
        topics.writeAll(clicks(300));

        // As after the loss of its disk.
        try (RunningProcessor processor = start("another")) {
            processor.awaitUp();
            topics.awaitCounts(countsOfClicks(300, 300, 300, 300));
        }
        assertThat(topics.allCounts()).isEqualTo(countsOfClicks(300, 300, 300, 300));
    }

    @Test
    void shouldCountMoreNamesBetweenTwoCommitsThanTheHeapKeeps() throws Exception {
        int products = 10_500;
        Map<String, String> variables = new TreeMap<>(variables("state"));
        // Both make it more: names that one task has, and until it may forget them.
        variables.put("PARTITIONS", "1");
        variables.put("COMMIT_INTERVAL", "PT3S");

        try (RunningProcessor processor = new RunningProcessor(variables)) {
            processor.awaitUp();
            topics.writeAll(clicks(products, products));
            topics.awaitCounts(Map.of("clicks|day|" + day(time) + "|total|", (long) products));
        }

        assertThat(topics.allCounts()).isEqualTo(countsOfClicksOn(products, products));
    }

    @Test
    void shouldSetRecordsAsideThatCannotBeCountedAndGoOn() throws Exception {
        ProducerRecord<byte[], byte[]> invalid =
                new ProducerRecord<>(API_CALLS, 1, new byte[] {1}, new byte[] {(byte) 0xff});
        invalid.headers().add("trace", new byte[] {7});
        // Kafka need not take again what it took compressed.
        byte[] large = new byte[5_000_000];
        ProducerRecord<byte[], byte[]> withLargeHeader = clicks(1).get(0);
        withLargeHeader.headers().add("large", large);
        // Nor what only a topic for events takes.
        Instant ahead = time.plus(Duration.ofHours(5));
        Map<String, String> variables = new TreeMap<>(variables("state"));
        variables.put("ALLOWED_SKEW", "PT6H");

        try (RunningProcessor processor = new RunningProcessor(variables)) {
            processor.awaitUp();
            topics.write(invalid);
            topics.write(new ProducerRecord<>(API_CALLS, 1, null, null));
            topics.write(new ProducerRecord<>(USER_ACTIONS, 0, null, large));
            topics.write(new ProducerRecord<>(USER_ACTIONS, 0, large, null));
            topics.write(withLargeHeader);
            topics.write(event(
                    USER_ACTIONS, "u", "{\"type\":\"page_view\",\"page\":\"/\",\"time\":\"%s\"}".formatted(ahead)));
            topics.writeAll(clicks(4));

            Map<String, Long> expected = countsOfClicks(4, 1);
            expected.put("page_views|minute|" + minute(ahead) + "|total|", 1L);
            topics.awaitCounts(expected);
            assertThat(processor.failure()).isNull();
        }

        List<ConsumerRecord<byte[], byte[]>> letters = topics.readToEnd(List.of(Topics.DEAD_LETTERS));
        assertThat(letters).hasSize(4);
        assertThat(letters)
                .filteredOn(letter -> letter.key() != null)
                .singleElement()
                .satisfies(letter -> {
                    assertThat(letter.key()).isEqualTo(invalid.key());
                    assertThat(letter.value()).isEqualTo(invalid.value());
                    assertThat(letter.headers().lastHeader("trace").value()).isEqualTo(new byte[] {7});
                    assertThat(header(letter, "tallystream.reason")).isEqualTo("invalid");
                    assertThat(header(letter, "tallystream.topic")).isEqualTo(API_CALLS);
                    assertThat(header(letter, "tallystream.partition")).isEqualTo("1");
                    assertThat(header(letter, "tallystream.offset")).isEqualTo("0");
                });
    }

    @Test
    void shouldCountAnEventThatIsTooLargeToBeSentToItsOwnersPartitionAsItCame() throws Exception {
        String click = "{\"type\":\"click\",\"user_id\":\"u0\",\"product_id\":\"p0\",\"time\":\"%s\",\"more\":\"%s\"}"
                .formatted(time, "x".repeat(5_000_000));

        try (RunningProcessor processor = start("state")) {
            processor.awaitUp();
            for (int partition = 0; partition < PARTITIONS; partition++) {
                topics.write(new ProducerRecord<>(USER_ACTIONS, partition, null, click.getBytes(UTF_8)));
            }

            topics.awaitCounts(countsOfClicks(1, 1));
            assertThat(processor.failure()).isNull();
        }
    }

    @Test
    void shouldRefuseMoreCopiesThanThereAreBrokers() {
        Map<String, String> variables = new TreeMap<>(variables("state"));
        variables.put("REPLICATION_FACTOR", "3");

        try (RunningProcessor processor = new RunningProcessor(variables)) {
            await().atMost(PATIENCE).until(() -> processor.failure() != null);

            assertThat(processor.failure())
                    .isInstanceOf(StartupException.class)
                    .hasMessageContaining("REPLICATION_FACTOR cannot be 3");
        }
    }

    @Test
    void shouldTellWhenItCannotGoOn() throws Exception {
        try (RunningProcessor processor = start("state")) {
            processor.awaitUp();
            topics.writeAll(clicks(1));
            topics.awaitCounts(countsOfClicks(1));

            topics.forgetTopics(Topics.EVENTS);

            await().atMost(PATIENCE).until(() -> processor.failure() != null);
            assertThat(processor.failure()).isNotInstanceOf(StartupException.class);
            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(processor.health().up()).isFalse());
        }
    }

    @Test
    void shouldWaitForKafkaAndTellWhenItIsGone() throws Exception {
        int port = LoopbackPorts.anyFree();
        Map<String, String> variables = new TreeMap<>(variables("state"));
        variables.put("KAFKA_BOOTSTRAP_SERVERS", "127.0.0.1:" + port);
        variables.put("KAFKA_ADMIN_DEFAULT_API_TIMEOUT_MS", "300");
        variables.put("KAFKA_ADMIN_REQUEST_TIMEOUT_MS", "300");
        variables.put("KAFKA_STREAMS_CONSUMER_SESSION_TIMEOUT_MS", "2000");
        variables.put("KAFKA_STREAMS_CONSUMER_HEARTBEAT_INTERVAL_MS", "500");

        RunningProcessor processor = new RunningProcessor(variables);
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(processor.health())
                        .isEqualTo(Health.down("no answer from Kafka at 127.0.0.1:" + port)));

        Map<String, String> impatient = Map.of("group.min.session.timeout.ms", "1000");
        EmbeddedKafka late = EmbeddedKafka.start(new EmbeddedKafka.Config(folder.resolve("kafka"), port, impatient));
        try (processor) {
            processor.awaitUp();
            late.close();
            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(processor.health().detail()).contains("no heartbeat with Kafka"));
            assertThat(processor.health().up()).isFalse();

            assertThat(timeToClose(processor)).isLessThan(PROMPTLY);
        } finally {
            late.close();
        }
        assertThat(processor.health().up()).isFalse();
        assertThatCode(processor::close).as("a second time").doesNotThrowAnyException();
        assertThat(processor.failure()).isNull();
    }

    @Test
    void shouldCloseWhileKafkaDoesNotAnswer() throws Exception {
        // Takes connections and says nothing, so that requests stay open for as long as they may.
        try (ServerSocket mute = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            Map<String, String> variables = new TreeMap<>(variables("state"));
            variables.put("KAFKA_BOOTSTRAP_SERVERS", "127.0.0.1:" + mute.getLocalPort());
            variables.put("KAFKA_ADMIN_DEFAULT_API_TIMEOUT_MS", "60000");
            variables.put("KAFKA_ADMIN_REQUEST_TIMEOUT_MS", "60000");
            try (RunningProcessor processor = new RunningProcessor(variables);
                    Socket connection = mute.accept()) {
                assertThat(connection.isConnected()).isTrue();

                assertThat(timeToClose(processor)).isLessThan(PROMPTLY);
                assertThat(processor.failure()).isNull();
                assertThat(processor.health().up()).isFalse();
            }
        }
    }

    @Test
    void shouldCloseUnstarted() {
        ProcessorApplication unstarted = new ProcessorApplication(
                new Environment(variables("state")).read(ProcessorConfig::from),
                new ServiceContext(new SimpleMeterRegistry(), new HealthChecks(), failure -> {
                    throw new AssertionError(failure);
                }));

        assertThatCode(unstarted::close).doesNotThrowAnyException();
        assertThatCode(unstarted::close).doesNotThrowAnyException();
    }

    private RunningProcessor start(String stateFolder) {
        return new RunningProcessor(variables(stateFolder));
    }

    private Map<String, String> variables(String stateFolder) {
        return Map.of(
                "KAFKA_BOOTSTRAP_SERVERS",
                kafka.bootstrapServers(),
                "PARTITIONS",
                Integer.toString(PARTITIONS),
                "DATA_DIR",
                folder.resolve(stateFolder).toString());
    }

    /** As many clicks of as many users on five products. */
    private List<ProducerRecord<byte[], byte[]>> clicks(int number) {
        return clicks(number, PRODUCTS);
    }

    private List<ProducerRecord<byte[], byte[]>> clicks(int number, int products) {
        List<ProducerRecord<byte[], byte[]>> clicks = new ArrayList<>();
        for (int i = 0; i < number; i++) {
            String user = "u" + i % 300;
            clicks.add(event(
                    USER_ACTIONS,
                    user,
                    "{\"type\":\"click\",\"user_id\":\"%s\",\"product_id\":\"p%d\",\"time\":\"%s\"}"
                            .formatted(user, i % products, time)));
        }
        return clicks;
    }

    private Map<String, Long> countsOfClicks(int... numbers) {
        return countsOfClicksOn(PRODUCTS, numbers);
    }

    private Map<String, Long> countsOfClicksOn(int products, int... numbers) {
        Map<String, Long> counts = new TreeMap<>();
        for (int number : numbers) {
            for (int i = 0; i < number; i++) {
                for (String key : List.of(
                        "minute|" + minute(time) + "|total|",
                        "hour|" + hour(time) + "|total|",
                        "hour|" + hour(time) + "|product|p" + i % products,
                        "day|" + day(time) + "|total|",
                        "day|" + day(time) + "|product|p" + i % products,
                        "day|" + day(time) + "|user|u" + i % 300,
                        "lifetime|all|total|",
                        "lifetime|all|product|p" + i % products,
                        "lifetime|all|user|u" + i % 300)) {
                    counts.merge("clicks|" + key, 1L, Long::sum);
                }
            }
        }
        return counts;
    }

    private static String minute(Instant time) {
        return utc("uuuu-MM-dd'T'HH:mm'Z'", time);
    }

    private static String hour(Instant time) {
        return utc("uuuu-MM-dd'T'HH':00Z'", time);
    }

    private static String day(Instant time) {
        return utc("uuuu-MM-dd", time);
    }

    private static String utc(String pattern, Instant time) {
        return DateTimeFormatter.ofPattern(pattern).withZone(ZoneOffset.UTC).format(time);
    }

    private static String header(ConsumerRecord<?, ?> record, String name) {
        return new String(record.headers().lastHeader(name).value(), UTF_8);
    }

    private static Duration timeToClose(RunningProcessor processor) {
        long begin = System.nanoTime();
        processor.close();
        return Duration.ofNanos(System.nanoTime() - begin);
    }
}
