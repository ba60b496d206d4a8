package io.tallystream.sink;

import static java.util.Objects.requireNonNull;

import io.tallystream.schema.redis.Freshness.Score;
import java.time.Clock;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.TopicPartition;

/**
 * Finds out how fresh the counts in Redis are: a partition without lag is complete up to when Kafka was last heard of, another up to
 * its newest count in Redis. For the thread of the consumer.
 */
final class FreshnessReport {
    private static final long EVERY_MS = 500;

    private final Consumer<byte[], byte[]> consumer;
    private final Clock clock;
    private final Map<TopicPartition, Long> newest = new HashMap<>();
    private double answers;
    private long polledAt;
    // What Kafka had then, the consumer knows of.
    private long heardAt;
    private long reportedAt;

    FreshnessReport(Consumer<byte[], byte[]> consumer, Clock clock) {
        this.consumer = requireNonNull(consumer, "consumer");
        this.clock = requireNonNull(clock, "clock");
    }

    void beforePoll() {
        polledAt = clock.millis();
    }

    /** A poll brings nothing both where there is nothing and where Kafka is away: what tells them apart is whether it answered. */
    void afterPoll() {
        double now = consumer.metrics().values().stream()
                .filter(metric -> metric.metricName().name().equals("response-total")
                        && metric.metricName().group().equals("consumer-metrics"))
                .mapToDouble(metric -> ((Number) metric.metricValue()).doubleValue())
                .sum();
        if (now > answers) {
            heardAt = polledAt;
        }
        answers = now;
    }

    /** Redis holds counts of those times now. */
    void confirmed(Map<TopicPartition, Long> newestOfEach) {
        newest.putAll(newestOfEach);
    }

    /** They are another's to tell about. */
    void forget(Collection<TopicPartition> partitions) {
        partitions.forEach(newest::remove);
    }

    /**
     * What there is to tell; nothing more than twice a second. To be asked when all that was read is in Redis.
     *
     * @param unknown those of which it is not known what Redis holds
     */
    Map<String, Long> scores(Set<TopicPartition> unknown) {
        Map<String, Long> scores = new HashMap<>();
        long now = clock.millis();
        if (now - reportedAt < EVERY_MS) {
            return scores;
        }
        reportedAt = now;
        for (TopicPartition partition : consumer.assignment()) {
            OptionalLong lag = unknown.contains(partition) ? OptionalLong.empty() : consumer.currentLag(partition);
            Long newestThere = newest.get(partition);
            if (lag.isPresent()) {
                put(scores, Score.LAG, partition, lag.getAsLong());
                if (lag.getAsLong() == 0) {
                    put(scores, Score.COMPLETE, partition, heardAt);
                } else if (newestThere != null) {
                    put(scores, Score.COMPLETE, partition, newestThere);
                }
            }
            if (newestThere != null) {
                put(scores, Score.NEWEST, partition, newestThere);
            }
        }
        return scores;
    }

    private static void put(Map<String, Long> scores, Score score, TopicPartition partition, long value) {
        scores.put(score.member(partition.topic(), partition.partition()), value);
    }
}
