package io.tallystream.sink;

import static io.tallystream.sink.RunningSink.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tallystream.embedded.EmbeddedKafka;
import io.tallystream.embedded.junit.WithKafka;
import io.tallystream.runtime.config.Environment;
import io.tallystream.schema.count.RetentionClass;
import io.tallystream.schema.kafka.Topics;
import io.tallystream.schema.redis.Freshness.Score;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@WithKafka
@Timeout(120)
class FreshnessReportIT {
    private static final String HOURS = Topics.counts(RetentionClass.HOUR);
    private static final Duration STEP = Duration.ofSeconds(1);

    private final EmbeddedKafka kafka;
    private final SinkTopics topics;
    private final Map<String, Long> told = new HashMap<>();
    private Instant now = Instant.parse("2026-11-20T10:00:00Z");
    private KafkaConsumer<byte[], byte[]> consumer;
    private PartitionEnds ends;
    private FreshnessReport report;

    FreshnessReportIT(EmbeddedKafka kafka) {
        this.kafka = kafka;
        topics = new SinkTopics(kafka.bootstrapServers());
    }

    @BeforeEach
    void start() throws Exception {
        topics.create();
        SinkConfig config =
                new Environment(Map.of("KAFKA_BOOTSTRAP_SERVERS", kafka.bootstrapServers())).read(SinkConfig::from);
        consumer = new KafkaConsumer<>(config.groupless(), new ByteArrayDeserializer(), new ByteArrayDeserializer());
        consumer.assign(Topics.counts().stream()
                .flatMap(topic -> IntStream.range(0, SinkTopics.PARTITIONS)
                        .mapToObj(partition -> new TopicPartition(topic, partition)))
                .toList());
        InstantSource source = () -> now;
        Clock clock = source.withZone(ZoneOffset.UTC);
        ends = new PartitionEnds(config.admin(), clock);
        report = new FreshnessReport(consumer, ends, clock);
    }

    @AfterEach
    void close() throws Exception {
        ends.close();
        consumer.close();
        topics.forgetAll();
        topics.close();
    }

    @Test
    void shouldNotTellThatItHasWhatItHasNotRead() {
        topics.commit(List.of(SinkTopics.count(HOURS, 0, "calls|hour|2026-11-20T10|status|200", 1)));
        await().atMost(PATIENCE).until(() -> {
            round();
            return told.size() == assigned();
        });

        // As while Redis is away.
        consumer.pause(consumer.assignment());
        topics.commit(List.of(SinkTopics.count(HOURS, 0, "calls|hour|2026-11-20T10|status|200", 2)));
        long committed = now.toEpochMilli();
        await().atMost(PATIENCE).until(() -> {
            round();
            return complete(HOURS, 1) > committed;
        });
        assertThat(complete(HOURS, 0)).isLessThanOrEqualTo(committed);

        consumer.resume(consumer.assignment());
        await().atMost(PATIENCE).until(() -> {
            round();
            return complete(HOURS, 0) > committed;
        });
    }

    private void round() {
        now = now.plus(STEP);
        consumer.poll(Duration.ofMillis(100));
        Map<TopicPartition, Long> positions = new HashMap<>();
        consumer.assignment().forEach(partition -> positions.put(partition, consumer.position(partition)));
        report.scores(positions).forEach((member, score) -> {
            if (member.startsWith("complete:")) {
                told.put(member, score);
            }
        });
    }

    private int assigned() {
        return consumer.assignment().size();
    }

    private long complete(String topic, int partition) {
        return told.get(Score.COMPLETE.member(topic, partition));
    }
}
