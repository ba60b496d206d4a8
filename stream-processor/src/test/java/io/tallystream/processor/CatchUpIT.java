package io.tallystream.processor;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tallystream.embedded.EmbeddedKafka;
import io.tallystream.embedded.junit.WithKafka;
import io.tallystream.processor.ids.IdLimits;
import io.tallystream.schema.kafka.Topics;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A processor that was away for hours, while one topic got far more events than the other. */
@WithKafka
@Timeout(240)
class CatchUpIT {
    // Makes what one of them keeps of ids in its table small enough to be filled.
    private static final int PARTITIONS = 8;
    private static final Duration HORIZON = Duration.ofMinutes(2);
    private static final int CLICKS_BEFORE = 300_000;
    // Several commits, at which ids are forgotten.
    private static final int CLICKS_AFTER = 200_000;
    private static final int CLICKS_SENT_AGAIN = 5_000;
    private static final String OF_THE_USER = "clicks|lifetime|all|user|u";
    private static final String OF_ALL = "clicks|lifetime|all|total|";

    private final Instant begin = Instant.now().minus(Duration.ofHours(2));
    private final EmbeddedKafka kafka;
    private final ProcessorTopics topics;

    CatchUpIT(EmbeddedKafka kafka) {
        this.kafka = kafka;
        topics = new ProcessorTopics(kafka.bootstrapServers());
    }

    @AfterEach
    void forgetAll() throws Exception {
        try (topics) {
            topics.forgetAll();
        }
    }

    /** Of the topic with few events, one poll reaches over an hour, and ids are kept for three minutes. */
    @Test
    void shouldFindDuplicatesInATopicWithManyEventsBesideOneWithFew(@TempDir Path folder) throws Exception {
        assertThat(IdLimits.forEachOf(PARTITIONS).tableSlots())
                .as("ids that are forgotten last, as they are still in the heap")
                .isLessThan(CLICKS_BEFORE - CLICKS_SENT_AGAIN);
        for (String topic : Topics.EVENTS) {
            topics.create(topic, PARTITIONS, Map.of("retention.ms", "259200000", "segment.ms", "86400000"));
        }
        append(clicks(CLICKS_BEFORE, 0, Duration.ZERO, Duration.ofSeconds(60)));
        countAll(folder, 0, CLICKS_BEFORE);

        append(List.of(call(Duration.ofSeconds(70)), call(Duration.ofHours(1))));
        append(clicks(CLICKS_AFTER, CLICKS_BEFORE, Duration.ofSeconds(75), Duration.ofSeconds(80)));
        append(clicks(CLICKS_SENT_AGAIN, 0, Duration.ofSeconds(80), Duration.ofSeconds(81)));
        countAll(folder, 2, CLICKS_BEFORE + CLICKS_AFTER + CLICKS_SENT_AGAIN);

        assertThat(topics.allCounts()).containsEntry(OF_ALL, (long) CLICKS_BEFORE + CLICKS_AFTER);
    }

    /** As if the broker had got them at the times that they have. */
    private void append(List<ProducerRecord<byte[], byte[]>> records) throws Exception {
        stampWith("CreateTime");
        topics.writeAll(records);
        stampWith("LogAppendTime");
    }

    /** Returns when the broker does so: it takes a setting some time after it was told. */
    private void stampWith(String time) throws Exception {
        for (String topic : Topics.EVENTS) {
            topics.configure(topic, "message.timestamp.type", time);
            await().atMost(RunningProcessor.PATIENCE)
                    .until(() -> topics.setting(topic, "message.timestamp.type").equals(time));
        }
    }

    private void countAll(Path folder, long calls, long clicks) {
        Map<String, String> variables = Map.of(
                "KAFKA_BOOTSTRAP_SERVERS",
                kafka.bootstrapServers(),
                "PARTITIONS",
                Integer.toString(PARTITIONS),
                "DEDUPLICATION_HORIZON",
                HORIZON.toString(),
                "DATA_DIR",
                folder.toString());
        try (RunningProcessor processor = new RunningProcessor(variables)) {
            await().atMost(RunningProcessor.PATIENCE).untilAsserted(() -> {
                assertThat(processor.failure()).isNull();
                assertThat(readOf(Topics.API_CALLS)).isEqualTo(calls);
                assertThat(readOf(Topics.USER_ACTIONS)).isEqualTo(clicks);
            });
            assertThat(processor.meter("tallystream.processor.ids.forgotten"))
                    .as("for want of memory")
                    .isZero();
            awaitMerged();
        }
    }

    /** A user's counts are written with the commit of the events, those of all after that, once amounts are merged. */
    private void awaitMerged() {
        await().atMost(RunningProcessor.PATIENCE).untilAsserted(() -> {
            Map<String, Long> counts = topics.allCounts();
            assertThat(counts).containsEntry(OF_ALL, counts.get(OF_THE_USER));
        });
    }

    private long readOf(String topic) throws Exception {
        return topics.committed(ProcessorConfig.APPLICATION_ID).entrySet().stream()
                .filter(offset -> offset.getKey().topic().equals(topic))
                .mapToLong(Map.Entry::getValue)
                .sum();
    }

    private ProducerRecord<byte[], byte[]> call(Duration after) {
        return record(
                Topics.API_CALLS,
                begin.plus(after),
                "{\"type\":\"api_call\",\"endpoint\":\"/e\",\"status\":200,\"user_id\":\"u\",\"id\":\"" + after
                        + "\"}");
    }

    /** With ids that are numbers from the first one on. */
    private List<ProducerRecord<byte[], byte[]>> clicks(int number, int first, Duration from, Duration to) {
        long spanMs = to.minus(from).toMillis();
        List<ProducerRecord<byte[], byte[]>> clicks = new ArrayList<>(number);
        for (int i = 0; i < number; i++) {
            clicks.add(record(
                    Topics.USER_ACTIONS,
                    begin.plus(from).plusMillis(spanMs * i / number),
                    "{\"type\":\"click\",\"product_id\":\"p\",\"user_id\":\"u\",\"id\":\"" + (first + i) + "\"}"));
        }
        return clicks;
    }

    private static ProducerRecord<byte[], byte[]> record(String topic, Instant time, String json) {
        return new ProducerRecord<>(topic, null, time.toEpochMilli(), "u".getBytes(UTF_8), json.getBytes(UTF_8));
    }
}
