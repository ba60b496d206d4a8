package io.tallystream.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystream.schema.count.Retention;
import io.tallystream.schema.kafka.TopicDefinition;
import io.tallystream.schema.kafka.TopicProvisioner;
import io.tallystream.schema.kafka.Topics;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.serialization.StringDeserializer;

/** The topics, and a reader of those that the gateway writes to. */
final class EventTopics implements AutoCloseable {
    static final int PARTITIONS = 3;

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final Map<String, Object> connection;
    private final List<ConsumerRecord<String, String>> seen = new ArrayList<>();
    private KafkaConsumer<String, String> consumer;

    EventTopics(String bootstrapServers) {
        connection = Map.of("bootstrap.servers", bootstrapServers);
    }

    EventTopics make() throws Exception {
        return make((short) 1);
    }

    EventTopics make(short copies) throws Exception {
        provision(copies, topic -> topic);
        return this;
    }

    /** With one of them so that the broker acknowledges no record on it. */
    EventTopics makeWithoutRoomOn(String full) throws Exception {
        provision(
                (short) 1,
                topic -> topic.name().equals(full)
                        ? new TopicDefinition(
                                full,
                                topic.partitions(),
                                topic.replicationFactor(),
                                Map.of(
                                        TopicConfig.MESSAGE_TIMESTAMP_TYPE_CONFIG,
                                        TimestampType.LOG_APPEND_TIME.name,
                                        TopicConfig.MAX_MESSAGE_BYTES_CONFIG,
                                        "1"))
                        : topic);
        return this;
    }

    private void provision(short copies, UnaryOperator<TopicDefinition> change) throws Exception {
        Retention counts = new Retention(PATIENCE, PATIENCE, PATIENCE, PATIENCE);
        Topics.Settings settings = new Topics.Settings(PARTITIONS, copies, Duration.ofDays(1), counts);
        try (Admin admin = Admin.create(connection)) {
            new TopicProvisioner(admin, PATIENCE)
                    .ensure(Topics.definitions(settings).stream().map(change).toList());
        }
    }

    /** What is there now, by partition in its order. Does not wait for more: what was answered with 202 is there. */
    List<ConsumerRecord<String, String>> read(String topic, Predicate<String> value) {
        if (consumer == null) {
            consumer = assigned();
        }
        Map<TopicPartition, Long> ends = consumer.endOffsets(consumer.assignment());
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (ends.keySet().stream().anyMatch(partition -> consumer.position(partition) < ends.get(partition))) {
            assertThat(System.nanoTime()).as("time to read " + topic).isLessThan(deadline);
            consumer.poll(Duration.ofMillis(100)).forEach(seen::add);
        }
        return seen.stream()
                .filter(record -> record.topic().equals(topic) && value.test(record.value()))
                .toList();
    }

    @Override
    public void close() {
        if (consumer != null) {
            consumer.close();
        }
    }

    private KafkaConsumer<String, String> assigned() {
        Map<String, Object> settings = new HashMap<>(connection);
        settings.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        KafkaConsumer<String, String> created =
                new KafkaConsumer<>(settings, new StringDeserializer(), new StringDeserializer());
        created.assign(Topics.EVENTS.stream()
                .flatMap(topic -> IntStream.range(0, PARTITIONS).mapToObj(i -> new TopicPartition(topic, i)))
                .toList());
        return created;
    }
}
