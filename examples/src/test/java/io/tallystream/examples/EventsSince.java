package io.tallystream.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystream.schema.count.Retention;
import io.tallystream.schema.event.Event;
import io.tallystream.schema.event.EventReader;
import io.tallystream.schema.event.EventReading;
import io.tallystream.schema.event.EventReading.Valid;
import io.tallystream.schema.kafka.TopicProvisioner;
import io.tallystream.schema.kafka.Topics;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** The events that have come since this was made, all of which have to be valid and under the right key. Makes the topics. */
final class EventsSince implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int PARTITIONS = 3;

    private final KafkaConsumer<byte[], byte[]> consumer;

    EventsSince(String bootstrapServers) throws Exception {
        Map<String, Object> connection = Map.of("bootstrap.servers", bootstrapServers);
        Retention counts = new Retention(PATIENCE, PATIENCE, PATIENCE, PATIENCE);
        try (Admin admin = Admin.create(connection)) {
            new TopicProvisioner(admin, PATIENCE)
                    .ensure(Topics.definitions(new Topics.Settings(PARTITIONS, (short) 1, Duration.ofDays(1), counts)));
        }
        consumer = new KafkaConsumer<>(connection, new ByteArrayDeserializer(), new ByteArrayDeserializer());
        consumer.assign(Topics.EVENTS.stream()
                .flatMap(topic -> IntStream.range(0, PARTITIONS).mapToObj(number -> new TopicPartition(topic, number)))
                .toList());
        consumer.seekToEnd(consumer.assignment());
        // Looked up now, not when they are first needed.
        consumer.assignment().forEach(consumer::position);
    }

    /** Does not wait for more: what was acknowledged is there. */
    List<Event> read() {
        List<Event> events = new ArrayList<>();
        Map<TopicPartition, Long> ends = consumer.endOffsets(consumer.assignment());
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (ends.keySet().stream().anyMatch(partition -> consumer.position(partition) < ends.get(partition))) {
            assertThat(System.nanoTime()).as("time to read").isLessThan(deadline);
            consumer.poll(Duration.ofMillis(100)).forEach(record -> events.add(event(record)));
        }
        return events;
    }

    private static Event event(ConsumerRecord<byte[], byte[]> record) {
        EventReading reading = new EventReader().read(record.value());
        assertThat(reading).isInstanceOf(Valid.class);
        Event event = ((Valid) reading).event();
        assertThat(record.topic()).isEqualTo(Topics.of(event.type()));
        assertThat(new String(record.key(), StandardCharsets.UTF_8)).isEqualTo(event.ownerKey());
        return event;
    }

    @Override
    public void close() {
        consumer.close();
    }
}
