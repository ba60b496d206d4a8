package io.tallystream.schema.redis;

import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/**
 * How far the counts in Redis are behind those in Kafka. One sorted set holds three scores of each partition, written by whoever
 * writes its counts, and how many partitions there are.
 *
 * @param completeUntil what was in Kafka then is in Redis; of the partition that is furthest behind
 * @param newest when the newest count in Redis was made; empty if nobody has written one yet
 * @param lag how many records were still to be written
 * @param partitions of how many partitions this is known
 */
public record Freshness(Instant completeUntil, Optional<Instant> newest, long lag, int partitions) {
    /** The member that has no score of a partition, but how many partitions there are. */
    public static final String PARTITIONS = "partitions";

    /** A score of a partition. */
    public enum Score {
        /** What was in Kafka at that time, in epoch milliseconds, is in Redis. */
        COMPLETE,
        /** When the newest of its counts in Redis was made, in epoch milliseconds. */
        NEWEST,
        /** How many of its records are still to be written. */
        LAG;

        private String prefix() {
            return switch (this) {
                case COMPLETE -> "complete:";
                case NEWEST -> "newest:";
                case LAG -> "lag:";
            };
        }

        /** The member of the sorted set that has it. */
        public String member(String topic, int partition) {
            return prefix() + topic + ":" + partition;
        }
    }

    /** Reads the sorted set; empty where nothing is known of some partition, as after Redis lost it. */
    public static Optional<Freshness> of(Map<String, Long> scores) {
        long complete = Long.MAX_VALUE;
        long newest = 0;
        long lag = 0;
        int partitions = 0;
        for (Map.Entry<String, Long> score : scores.entrySet()) {
            if (score.getKey().startsWith(Score.COMPLETE.prefix())) {
                complete = Math.min(complete, score.getValue());
                partitions++;
            } else if (score.getKey().startsWith(Score.NEWEST.prefix())) {
                newest = Math.max(newest, score.getValue());
            } else if (score.getKey().startsWith(Score.LAG.prefix())) {
                lag += score.getValue();
            }
        }
        return partitions == 0 || partitions < scores.getOrDefault(PARTITIONS, 0L)
                ? Optional.empty()
                : Optional.of(new Freshness(
                        Instant.ofEpochMilli(complete),
                        newest == 0 ? Optional.empty() : Optional.of(Instant.ofEpochMilli(newest)),
                        lag,
                        partitions));
    }
}
