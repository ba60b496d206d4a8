package io.tallystream.sink;

import io.tallystream.sink.redis.CountChanges;
import io.tallystream.sink.redis.RedisCounts;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.common.TopicPartition;

/**
 * Records that were read and are not in Redis yet, by partition, so that those of a partition that was taken away can be dropped.
 * Not thread-safe.
 */
final class Batch {
    private static final int MAX_REASON = 500;

    private final RedisCounts counts;
    private final Map<TopicPartition, Part> parts = new HashMap<>();

    /**
     * A record that is no count.
     *
     * @param reason for people, cut where it is long
     */
    record Refused(ConsumerRecord<byte[], byte[]> record, String reason) {
        Refused {
            // It may quote a key of any length.
            reason = reason.length() <= MAX_REASON ? reason : reason.substring(0, MAX_REASON) + "…";
        }
    }

    private static final class Part {
        private final long first;
        private final CountChanges changes = new CountChanges();
        private final List<Refused> refused = new ArrayList<>();
        private int size;
        private long next;
        private long newest;

        Part(long first) {
            this.first = first;
        }
    }

    /** The counts say what has a place in Redis. */
    Batch(RedisCounts counts) {
        this.counts = counts;
    }

    /** Adds what was read behind the rest. */
    void add(ConsumerRecords<byte[], byte[]> records) {
        for (ConsumerRecord<byte[], byte[]> record : records) {
            Part part = parts.computeIfAbsent(
                    new TopicPartition(record.topic(), record.partition()), partition -> new Part(record.offset()));
            part.next = record.offset() + 1;
            try {
                part.changes.take(record.key(), record.value(), counts::check);
                part.newest = Math.max(part.newest, record.timestamp());
                part.size++;
            } catch (IllegalArgumentException e) {
                part.refused.add(new Refused(record, String.valueOf(e.getMessage())));
            }
        }
    }

    /** Forgets what was read from those partitions; others have it now, or it will be read again. */
    void drop(Collection<TopicPartition> partitions) {
        parts.keySet().removeAll(new HashSet<>(partitions));
    }

    /** Forgets all, as it is in Redis. */
    void clear() {
        parts.clear();
    }

    boolean isEmpty() {
        return parts.isEmpty();
    }

    /** From where the partition's records are here; empty if there are none. */
    OptionalLong first(TopicPartition partition) {
        Part part = parts.get(partition);
        return part == null ? OptionalLong.empty() : OptionalLong.of(part.first);
    }

    /** Up to where, exclusive. */
    OptionalLong next(TopicPartition partition) {
        Part part = parts.get(partition);
        return part == null ? OptionalLong.empty() : OptionalLong.of(part.next);
    }

    /** The partitions that there are records of. */
    Set<TopicPartition> partitions() {
        return Set.copyOf(parts.keySet());
    }

    /** What they come to. */
    CountChanges changes() {
        CountChanges changes = new CountChanges();
        // An address is on one partition, unless somebody has added partitions.
        parts.values().forEach(part -> changes.add(part.changes));
        return changes;
    }

    /** How many records, of which those that are no counts are not. */
    int size() {
        return parts.values().stream().mapToInt(part -> part.size).sum();
    }

    /** When the newest of them was written, in epoch milliseconds; 0 if there are none. */
    long newest() {
        return parts.values().stream().mapToLong(part -> part.newest).max().orElse(0);
    }

    /** The same of each partition that there are any of. */
    Map<TopicPartition, Long> newestOfEach() {
        Map<TopicPartition, Long> newest = new HashMap<>();
        parts.forEach((partition, part) -> {
            if (part.size > 0) {
                newest.put(partition, part.newest);
            }
        });
        return newest;
    }

    /** The records that are no counts. */
    List<Refused> refused() {
        return parts.values().stream().flatMap(part -> part.refused.stream()).toList();
    }

    /** They are kept elsewhere now. */
    void forgetRefused() {
        parts.values().forEach(part -> part.refused.clear());
    }
}
