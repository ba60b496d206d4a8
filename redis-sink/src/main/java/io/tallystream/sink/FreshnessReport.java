package io.tallystream.sink;

import static java.util.Objects.requireNonNull;

import io.tallystream.schema.kafka.Topics;
import io.tallystream.schema.redis.Freshness;
import io.tallystream.schema.redis.Freshness.Score;
import java.time.Clock;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.TopicPartition;

/**
 * Finds out how fresh the counts in Redis are: a partition is complete up to when Kafka was last asked where it ends, if all
 * before that is in Redis, and else up to its newest count there. For the thread of the consumer.
 */
final class FreshnessReport {
    private static final long EVERY_MS = 500;

    private final Consumer<byte[], byte[]> consumer;
    private final PartitionEnds ends;
    private final Clock clock;
    private final Map<TopicPartition, Long> newest = new HashMap<>();
    private final Map<TopicPartition, Long> complete = new HashMap<>();
    private long allPartitions;
    private long reportedAt;

    FreshnessReport(Consumer<byte[], byte[]> consumer, PartitionEnds ends, Clock clock) {
        this.consumer = requireNonNull(consumer, "consumer");
        this.ends = requireNonNull(ends, "ends");
        this.clock = requireNonNull(clock, "clock");
    }

    /** Redis holds counts of those times now. */
    void confirmed(Map<TopicPartition, Long> newestOfEach) {
        newest.putAll(newestOfEach);
    }

    /** They are another's to tell about, or Redis does not hold what it held of them. */
    void forget(Collection<TopicPartition> partitions) {
        partitions.forEach(newest::remove);
        partitions.forEach(complete::remove);
    }

    /**
     * What there is to tell; nothing more than twice a second.
     *
     * @param positions up to where Redis holds everything, exclusive, of partitions of which that is known
     */
    Map<String, Long> scores(Map<TopicPartition, Long> positions) {
        Map<String, Long> scores = new HashMap<>();
        long now = clock.millis();
        if (now - reportedAt < EVERY_MS) {
            return scores;
        }
        reportedAt = now;
        ends.answers().forEach((partition, end) -> {
            Long position = positions.get(partition);
            Long until =
                    position != null && position >= end.offset() ? Long.valueOf(end.asOf()) : newest.get(partition);
            if (position != null && until != null) {
                complete.merge(partition, until, Math::max);
            }
        });
        ends.ask(positions.keySet());
        for (TopicPartition partition : positions.keySet()) {
            consumer.currentLag(partition).ifPresent(lag -> put(scores, Score.LAG, partition, lag));
            put(scores, Score.COMPLETE, partition, complete.get(partition));
            put(scores, Score.NEWEST, partition, newest.get(partition));
        }
        if (!scores.isEmpty()) {
            scores.put(Freshness.PARTITIONS, allPartitions());
        }
        return scores;
    }

    /** Of all sinks; what is subscribed to is known, and does not change. */
    private long allPartitions() {
        if (allPartitions == 0) {
            allPartitions = Topics.counts().stream()
                    .mapToLong(topic -> consumer.partitionsFor(topic).size())
                    .sum();
        }
        return allPartitions;
    }

    private static void put(Map<String, Long> scores, Score score, TopicPartition partition, Long value) {
        if (value != null) {
            scores.put(score.member(partition.topic(), partition.partition()), value);
        }
    }
}
