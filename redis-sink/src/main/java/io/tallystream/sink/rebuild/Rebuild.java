package io.tallystream.sink.rebuild;

import static java.util.Objects.requireNonNull;

import io.lettuce.core.RedisException;
import io.tallystream.runtime.redis.RedisConnector;
import io.tallystream.runtime.redis.RedisServers;
import io.tallystream.schema.count.WindowCalendar;
import io.tallystream.schema.kafka.Topics;
import io.tallystream.schema.redis.CountKeys;
import io.tallystream.sink.SinkConfig;
import io.tallystream.sink.redis.CountChanges;
import io.tallystream.sink.redis.CountPipeline;
import io.tallystream.sink.redis.CountPlacement;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * Makes all counts in Redis anew: writes a fresh generation from the counts topics beside the one that is read, makes it the
 * one that is read, and removes all others. Sinks go on writing the old one meanwhile. The new one notes up to where it has
 * come, so that sinks go on from there when they see it.
 *
 * <p>May be killed at any time: readers then have the old generation or the whole new one, and the next run removes what is
 * left. One at a time; another waits for up to {@link Generations#HOLD} and then gives up.
 */
public final class Rebuild {
    private static final int MAX_POLL_RECORDS = 20_000;
    private static final Duration POLL_LIMIT = Duration.ofMillis(200);
    private static final Duration KAFKA_LIMIT = Duration.ofSeconds(30);
    private static final Duration REPORT_EVERY = Duration.ofSeconds(1);
    private static final Duration KEEP_EVERY = Duration.ofSeconds(3);
    private static final Duration TAKE_RETRY = Duration.ofMillis(250);
    private static final RedisConnector.Limits LIMITS =
            new RedisConnector.Limits(Duration.ofSeconds(30), CountPipeline.MAX_COMMANDS_UNDER_WAY);
    // Sinks catch up what comes later; this only keeps that short.
    private static final int CATCH_UPS = 5;
    // What comes later still, sinks remove themselves when they see the new generation.
    private static final int REMOVAL_PASSES = 20;

    private final SinkConfig config;
    private final Clock clock;
    private final Consumer<String> report;
    private long lastReport = System.nanoTime();
    private long lastKeep = System.nanoTime();

    /**
     * Prepared.
     *
     * @param report is told what is going on, a line each
     */
    public Rebuild(SinkConfig config, Clock clock, Consumer<String> report) {
        this.config = requireNonNull(config, "config");
        this.clock = requireNonNull(clock, "clock");
        this.report = requireNonNull(report, "report");
    }

    /**
     * Runs it.
     *
     * @return the generation that is live now
     * @throws RebuildException if it cannot
     * @throws RedisException if Redis has failed; run it again
     * @throws org.apache.kafka.common.KafkaException if Kafka has; run it again
     */
    public int run() throws InterruptedException {
        try (RedisConnector connector = new RedisConnector(config.redisUri(), LIMITS);
                RedisServers servers = connector.connectToServers();
                KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(
                        consumerSettings(), new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            List<TopicPartition> partitions = partitions(consumer);
            Generations generations = new Generations(servers, config.redisKeyPrefix());
            take(generations);
            int old = generations.live();
            long leftOver = generations.remove(generation -> generation != old);
            if (leftOver > 0) {
                report.accept("removed %,d keys that an earlier rebuild has left".formatted(leftOver));
            }
            int fresh = old + 1;
            CountKeys keys = new CountKeys(config.redisKeyPrefix(), fresh);
            CountPlacement placement = new CountPlacement(config.retention(), new WindowCalendar(config.zone()), clock);
            report.accept("writing generation %d beside generation %d".formatted(fresh, old));
            GenerationWriter writer = new GenerationWriter(servers, keys, placement, partitions);
            copy(consumer, partitions, writer, placement, generations);
            generations.switchTo(fresh);
            report.accept("generation %d is live".formatted(fresh));
            report.accept("removed %,d keys of generation %d".formatted(removeAll(generations, fresh), old));
            generations.release();
            return fresh;
        }
    }

    /** Again until there is nothing: a sink that has not seen the new generation yet may still write the old one. */
    private static long removeAll(Generations generations, int live) {
        long removed = 0;
        long last = 1;
        for (int pass = 0; pass < REMOVAL_PASSES && last > 0; pass++) {
            last = generations.remove(generation -> generation != live);
            removed += last;
        }
        return removed;
    }

    private Map<String, Object> consumerSettings() {
        Map<String, Object> settings = config.groupless();
        settings.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, MAX_POLL_RECORDS);
        return settings;
    }

    private static List<TopicPartition> partitions(KafkaConsumer<byte[], byte[]> consumer) {
        List<TopicPartition> partitions = new ArrayList<>();
        Map<String, List<PartitionInfo>> topics = consumer.listTopics(KAFKA_LIMIT);
        for (String topic : Topics.counts()) {
            List<PartitionInfo> found = topics.get(topic);
            if (found == null) {
                throw new RebuildException("there is no topic " + topic + " to rebuild from");
            }
            found.forEach(partition -> partitions.add(new TopicPartition(topic, partition.partition())));
        }
        return partitions;
    }

    private void take(Generations generations) throws InterruptedException {
        long deadline = System.nanoTime() + 2 * Generations.HOLD.toNanos();
        boolean told = false;
        while (!generations.take()) {
            if (!told) {
                report.accept("another rebuild is running, or was killed a moment ago; waiting");
                told = true;
            }
            if (System.nanoTime() - deadline > 0) {
                throw new RebuildException("another rebuild is running");
            }
            Thread.sleep(TAKE_RETRY.toMillis());
        }
    }

    private void copy(
            KafkaConsumer<byte[], byte[]> consumer,
            List<TopicPartition> partitions,
            GenerationWriter writer,
            CountPlacement placement,
            Generations generations) {
        consumer.assign(partitions);
        consumer.seekToBeginning(partitions);
        Map<TopicPartition, Long> begins = consumer.beginningOffsets(partitions, KAFKA_LIMIT);
        long start = System.nanoTime();
        long records = 0;
        for (int round = 0; round < CATCH_UPS; round++) {
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions, KAFKA_LIMIT);
            long heard = System.nanoTime();
            long left = distance(positions(consumer, partitions), ends);
            while (left > 0) {
                ConsumerRecords<byte[], byte[]> polled = consumer.poll(POLL_LIMIT);
                records += polled.count();
                writer.write(decode(polled, placement));
                long now = System.nanoTime();
                long leftNow = distance(positions(consumer, partitions), ends);
                // Transactions that were aborted leave offsets without records.
                heard = leftNow < left ? now : heard;
                left = leftNow;
                if (now - heard > KAFKA_LIMIT.toNanos()) {
                    throw new TimeoutException("Kafka has given no counts for " + KAFKA_LIMIT);
                }
                if (now - lastKeep > KEEP_EVERY.toNanos()) {
                    generations.keep();
                    lastKeep = now;
                }
                if (now - lastReport > REPORT_EVERY.toNanos()) {
                    report.accept(progress(records, positions(consumer, partitions), begins, ends, now - start)
                            .toString());
                    lastReport = now;
                }
            }
            if (round == CATCH_UPS - 1 || distance(ends, consumer.endOffsets(partitions, KAFKA_LIMIT)) == 0) {
                report.accept(progress(records, ends, begins, ends, System.nanoTime() - start)
                        .toString());
                break;
            }
        }
        writer.writePositions(positions(consumer, partitions));
    }

    private static Progress progress(
            long records,
            Map<TopicPartition, Long> positions,
            Map<TopicPartition, Long> begins,
            Map<TopicPartition, Long> ends,
            long nanos) {
        return new Progress(records, distance(begins, positions), distance(begins, ends), Duration.ofNanos(nanos));
    }

    private static Map<TopicPartition, Long> positions(
            KafkaConsumer<byte[], byte[]> consumer, List<TopicPartition> partitions) {
        Map<TopicPartition, Long> positions = new HashMap<>();
        partitions.forEach(partition -> positions.put(partition, consumer.position(partition, KAFKA_LIMIT)));
        return positions;
    }

    private static long distance(Map<TopicPartition, Long> from, Map<TopicPartition, Long> to) {
        return to.entrySet().stream()
                .mapToLong(end -> Math.max(0, end.getValue() - from.get(end.getKey())))
                .sum();
    }

    /** What they come to; the sink has told of what is no count. */
    private static CountChanges decode(ConsumerRecords<byte[], byte[]> records, CountPlacement placement) {
        CountChanges changes = new CountChanges();
        for (ConsumerRecord<byte[], byte[]> record : records) {
            try {
                changes.take(record.key(), record.value(), placement::check);
            } catch (IllegalArgumentException e) {
                // No count: left out, as the sink does.
            }
        }
        return changes;
    }
}
