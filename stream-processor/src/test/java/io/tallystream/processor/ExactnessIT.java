package io.tallystream.processor;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.tallystream.embedded.EmbeddedKafka;
import io.tallystream.schema.event.Event;
import io.tallystream.schema.event.EventReader;
import io.tallystream.schema.event.EventReading;
import io.tallystream.schema.kafka.Topics;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Two processors, killed and restarted while they count a stream with duplicates, late and bad records, and records that are on
 * another partition than their owner's. Afterwards every count equals a recount of the topics, and none went down on the way.
 */
@Timeout(180)
class ExactnessIT {
    private static final int PARTITIONS = 4;
    private static final int ROUNDS = 6;
    private static final int EVENTS_A_ROUND = 15_000;
    private static final Duration PATIENCE = Duration.ofSeconds(90);

    private final Random random = new Random(20261121);
    private final List<Process> processors = new ArrayList<>();
    private int sent;
    private int countsSeen;

    @TempDir
    private Path folder;

    // A broker of its own: on the shared one the topics of the test before may still be on their way out.
    private EmbeddedKafka kafka;
    private ProcessorTopics topics;

    @BeforeEach
    void startKafka() {
        kafka = EmbeddedKafka.start(new EmbeddedKafka.Config(folder.resolve("kafka"), 0));
        topics = new ProcessorTopics(kafka.bootstrapServers());
    }

    @AfterEach
    void stopAll() throws InterruptedException {
        processors.forEach(Process::destroyForcibly);
        for (Process processor : processors) {
            processor.waitFor();
        }
        topics.close();
        kafka.close();
    }

    @Test
    void shouldCountEveryRecordOnceHoweverProcessorsEnd() throws Exception {
        processors.add(start(0));
        processors.add(start(1));
        topics.awaitTopics();
        writeOneToEachPartition();

        for (int round = 0; round < ROUNDS; round++) {
            topics.writeAll(events(EVENTS_A_ROUND));
            awaitProgress();
            int which = round % 2;
            boolean kill = round < 4;
            Process ended = processors.get(which);
            if (kill) {
                ended.destroyForcibly();
            } else {
                ended.destroy();
            }
            assertThat(ended.waitFor(30, TimeUnit.SECONDS)).isTrue();
            processors.set(which, start(which));
        }

        Map<String, Long> truth = recount();
        Map<String, Long> counts = new TreeMap<>();
        Awaitility.await().atMost(PATIENCE).pollInterval(Duration.ofMillis(500)).untilAsserted(() -> {
            counts.clear();
            topics.readToEnd(Topics.counts()).forEach(record -> ProcessorTopics.take(record, counts));
            assertThat(comparable(counts)).isEqualTo(comparable(truth));
        });
        assertThat(topics.readToEnd(List.of(Topics.REROUTED))).hasSizeGreaterThan(100);
        assertThat(truth.keySet()).anyMatch(key -> key.contains("|duplicate"));
    }

    /**
     * A producer with several batches on their way to a partition that is only just being made can have the second taken and the
     * first refused, for good: one each, awaited, and all partitions are there.
     */
    private void writeOneToEachPartition() {
        for (String topic : Topics.EVENTS) {
            for (int partition = 0; partition < PARTITIONS; partition++) {
                ProducerRecord<byte[], byte[]> event = event();
                topics.write(new ProducerRecord<>(topic, partition, event.key(), event.value()));
            }
        }
    }

    /** Waits until the processors have committed some counts, which does not mean that they are done. */
    private void awaitProgress() {
        Awaitility.await().atMost(PATIENCE).pollInterval(Duration.ofMillis(50)).until(() -> {
            int committed = topics.readToEnd(Topics.counts()).size();
            boolean more = committed > countsSeen;
            countsSeen = committed;
            return more;
        });
    }

    /** A processor of its own. */
    private Process start(int number) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx256m",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        ProcessorMain.class.getName())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("processor-" + number + ".log").toFile());
        builder.environment()
                .putAll(Map.of(
                        "KAFKA_BOOTSTRAP_SERVERS", kafka.bootstrapServers(),
                        "PARTITIONS", Integer.toString(PARTITIONS),
                        "MANAGEMENT_PORT", "0",
                        "DATA_DIR", folder.resolve("data-" + number).toString()));
        return builder.start();
    }

    private List<ProducerRecord<byte[], byte[]>> events(int number) {
        List<ProducerRecord<byte[], byte[]>> events = new ArrayList<>();
        for (int i = 0; i < number; i++) {
            ProducerRecord<byte[], byte[]> event = event();
            events.add(event);
            if (random.nextInt(20) == 0) {
                // The same event again, perhaps to another partition.
                events.add(new ProducerRecord<>(event.topic(), partition(), event.key(), event.value()));
            }
        }
        return events;
    }

    private ProducerRecord<byte[], byte[]> event() {
        String user = random.nextInt(10) == 0 ? null : "u" + random.nextInt(2_000);
        String id = "e" + sent++;
        long late = random.nextInt(50) == 0 ? random.nextLong(7_200_000) : 0;
        String head = "\"id\":\"" + id + "\"" + (user == null ? "" : ",\"user_id\":\"" + user + "\"") + ",\"time\":"
                + (System.currentTimeMillis() - late);
        String json = switch (random.nextInt(12)) {
            case 0, 1 -> "{\"type\":\"click\",\"product_id\":\"p" + random.nextInt(30) + "\"," + head + "}";
            case 2 -> "{\"type\":\"page_view\",\"page\":\"/" + random.nextInt(9) + "\"," + head + "}";
            case 3 ->
                "{\"type\":\"dwell\",\"page\":\"/\\u00e9\",\"duration_ms\":" + random.nextInt(900) + "," + head + "}";
            case 4 -> random.nextBoolean() ? "no JSON" : "{\"type\":\"click\"," + head + "}";
            default ->
                "{\"type\":\"api_call\",\"endpoint\":\"/e" + random.nextInt(40) + "\",\"status\":"
                        + (random.nextInt(9) == 0 ? 500 : 200) + ",\"duration_ms\":" + random.nextInt(2_000) + ","
                        + head + "}";
        };
        String topic = random.nextBoolean() ? Topics.API_CALLS : Topics.USER_ACTIONS;
        byte[] owner = (user == null ? id : user).getBytes(UTF_8);
        return switch (random.nextInt(10)) {
            case 0 -> new ProducerRecord<>(topic, partition(), null, json.getBytes(UTF_8));
            case 1 -> new ProducerRecord<>(topic, partition(), owner, json.getBytes(UTF_8));
            default -> new ProducerRecord<>(topic, owner, json.getBytes(UTF_8));
        };
    }

    private int partition() {
        return random.nextInt(PARTITIONS);
    }

    /** What the topics come to, in the plainest way. */
    private Map<String, Long> recount() throws Exception {
        Recount recount = new Recount(ZoneOffset.UTC);
        EventReader reader = new EventReader();
        Set<String> ids = new HashSet<>();
        for (ConsumerRecord<byte[], byte[]> record : topics.readToEnd(Topics.EVENTS)) {
            Instant appended = Instant.ofEpochMilli(record.timestamp());
            if (!(reader.read(record.value()) instanceof EventReading.Valid valid)) {
                recount.record(appended, "invalid");
            } else if (valid.event().time().isBefore(appended.minus(Duration.ofHours(1)))) {
                recount.record(appended, "late");
            } else if (!ids.add(valid.event().id())) {
                recount.record(appended, "duplicate");
            } else {
                recount.record(appended, "accepted");
                add(recount, valid.event());
            }
        }
        recount.roll();
        return recount.counts();
    }

    private static void add(Recount recount, Event event) {
        if (event.userId() != null) {
            recount.user(event.time(), event.userId());
        }
        if (event instanceof Event.ApiCall call) {
            recount.call(
                    call.time(), call.userId(), call.endpoint(), call.status().value());
            recount.latency(call.time(), call.endpoint(), call.durationMs());
        } else if (event instanceof Event.Click click) {
            recount.click(click.time(), click.userId(), click.productId());
        } else if (event instanceof Event.PageView view) {
            recount.view(view.time(), view.page());
        } else if (event instanceof Event.Dwell dwell) {
            recount.dwell(dwell.time(), dwell.page(), dwell.durationMs());
        }
    }

    /**
     * Which of two copies of an event is the duplicate, and which of a user's events is processed first, depends on the order in
     * which partitions are read; these counts are the same only when added up over windows.
     */
    private static Map<String, Long> comparable(Map<String, Long> counts) {
        Map<String, Long> comparable = new TreeMap<>();
        counts.forEach((key, count) -> {
            String[] parts = key.split("\\|", 5);
            boolean dependsOnOrder = parts[0].equals("events") || parts[0].equals("new_users");
            String shared = dependsOnOrder ? parts[0] + "|" + parts[1] + "|" + parts[3] + "|" + parts[4] : key;
            comparable.merge(shared, count, Long::sum);
        });
        return comparable;
    }
}
