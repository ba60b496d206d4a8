package io.tallystream.standalone.reconcile;

import io.tallystream.schema.kafka.Topics;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * The records of both event topics, and the requests to erase users between them, all partitions as one, in the order in
 * which Kafka appended them. Holds a bounded number of records. For one thread.
 */
final class EventRecords implements AutoCloseable {
    private static final int MAX_WAITING = 2_000;
    private static final Duration POLL = Duration.ofMillis(500);
    private static final Duration SILENCE_LIMIT = Duration.ofSeconds(30);

    private final KafkaConsumer<byte[], byte[]> consumer;
    private final List<TopicPartition> events = new ArrayList<>();
    private final List<TopicPartition> partitions = new ArrayList<>();
    private final Map<TopicPartition, Deque<ConsumerRecord<byte[], byte[]>>> waiting = new HashMap<>();
    private final int partitionsOfTopic;

    /**
     * At the beginning.
     *
     * @param settings of a Kafka consumer without a group
     * @throws KafkaException if Kafka cannot be reached, or has no such topics
     */
    EventRecords(Map<String, Object> settings) {
        consumer = new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer());
        try {
            Topics.EVENTS.forEach(topic -> events.addAll(partitionsOf(topic)));
            if (events.isEmpty()) {
                throw new KafkaException("there are no topics " + Topics.EVENTS);
            }
            partitionsOfTopic = events.size() / Topics.EVENTS.size();
            partitions.addAll(events);
            partitions.addAll(partitionsOf(Topics.ERASURES));
            partitions.forEach(partition -> waiting.put(partition, new ArrayDeque<>()));
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
        } catch (RuntimeException e) {
            consumer.close();
            throw e;
        }
    }

    private List<TopicPartition> partitionsOf(String topic) {
        return consumer.partitionsFor(topic).stream()
                .map(info -> new TopicPartition(topic, info.partition()))
                .toList();
    }

    /** How many partitions each topic has. */
    int partitionsOfTopic() {
        return partitionsOfTopic;
    }

    /**
     * As of when all events that were appended are still there; the beginning of time if none was ever deleted, empty if a
     * partition has lost all it had.
     */
    Optional<Instant> completeSince() {
        Instant since = Instant.MIN;
        Map<TopicPartition, Long> ends = consumer.endOffsets(events);
        Map<TopicPartition, Long> beginnings = consumer.beginningOffsets(events);
        for (TopicPartition partition : events) {
            long first = beginnings.get(partition);
            if (first > 0) {
                if (first >= ends.get(partition)) {
                    return Optional.empty();
                }
                Instant appended = appendOfFirst(partition);
                since = appended.isAfter(since) ? appended : since;
            }
        }
        return Optional.of(since);
    }

    private Instant appendOfFirst(TopicPartition partition) {
        Deque<ConsumerRecord<byte[], byte[]>> queue = waiting.get(partition);
        long deadline = System.nanoTime() + SILENCE_LIMIT.toNanos();
        while (queue.isEmpty()) {
            if (!poll() && System.nanoTime() > deadline) {
                throw new KafkaException("Kafka gives no records of " + partition);
            }
        }
        return Instant.ofEpochMilli(queue.getFirst().timestamp());
    }

    /** Gives away the records up to those that are the last ones now. */
    void readToEnd(Consumer<ConsumerRecord<byte[], byte[]>> receiver) {
        Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
        while (true) {
            for (TopicPartition partition : partitions) {
                Deque<ConsumerRecord<byte[], byte[]>> queue = waiting.get(partition);
                if (queue.isEmpty() && consumer.position(partition) < ends.get(partition)) {
                    fill(partition, ends);
                }
            }
            Optional<Deque<ConsumerRecord<byte[], byte[]>>> next = partitions.stream()
                    .filter(partition -> hasNext(partition, ends))
                    .map(waiting::get)
                    .min(Comparator.comparingLong(queue -> queue.getFirst().timestamp()));
            if (next.isEmpty()) {
                return;
            }
            receiver.accept(next.get().removeFirst());
        }
    }

    private boolean hasNext(TopicPartition partition, Map<TopicPartition, Long> ends) {
        ConsumerRecord<byte[], byte[]> head = waiting.get(partition).peekFirst();
        return head != null && head.offset() < ends.get(partition);
    }

    /** Until the partition has a record, or has none any more: transactions leave offsets without. */
    private void fill(TopicPartition partition, Map<TopicPartition, Long> ends) {
        long deadline = System.nanoTime() + SILENCE_LIMIT.toNanos();
        while (waiting.get(partition).isEmpty() && consumer.position(partition) < ends.get(partition)) {
            if (!poll() && System.nanoTime() > deadline) {
                throw new KafkaException("Kafka gives no records of " + partition);
            }
        }
    }

    private boolean poll() {
        partitions.forEach(partition -> {
            if (waiting.get(partition).size() >= MAX_WAITING) {
                consumer.pause(List.of(partition));
            } else {
                consumer.resume(List.of(partition));
            }
        });
        boolean any = false;
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
            waiting.get(new TopicPartition(record.topic(), record.partition())).add(record);
            any = true;
        }
        return any;
    }

    @Override
    public void close() {
        consumer.close();
    }
}
