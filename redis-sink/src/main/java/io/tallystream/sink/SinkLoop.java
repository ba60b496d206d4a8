package io.tallystream.sink;

import static java.util.Objects.requireNonNull;

import io.tallystream.runtime.management.Health;
import io.tallystream.schema.kafka.GroupSilence;
import io.tallystream.schema.kafka.Topics;
import io.tallystream.sink.redis.EvictingRedisException;
import io.tallystream.sink.redis.RedisCounts;
import io.tallystream.sink.redis.RedisFault;
import java.time.Clock;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.CommitFailedException;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RebalanceInProgressException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads counts and writes them to Redis, in batches: read, keep the last count of each address, write, and only when Redis has
 * confirmed all of it and the position behind it commit the offsets. A crash in between writes the same absolute counts again,
 * which changes nothing.
 *
 * <p>Before a partition's counts are written, and again after each connect, its position in Redis is compared with where reading
 * begins. What Redis does not have is read again, from the beginning if Redis has nothing.
 *
 * <p>As long as Redis does not take a batch the partitions are paused and polling goes on, so that the group keeps its members.
 *
 * <p>{@link #run} belongs to one thread; {@link #stop} and {@link #health} may be called by any.
 */
final class SinkLoop implements Runnable {
    private static final Logger LOGGER = LoggerFactory.getLogger(SinkLoop.class);
    // Also how long it takes to notice, with nothing to write, that Redis went away or was emptied.
    private static final Duration POLL_LIMIT = Duration.ofMillis(500);
    // More than what comes in between two writes.
    private static final int MANY_RECORDS = 10_000;
    private static final int MAX_BATCH = 50_000;
    private static final Duration LONGEST_READ = Duration.ofMillis(500);
    private static final Duration NEXT_POLL_LIMIT = Duration.ofMillis(50);
    private static final long TOPICS_RETRY_MS = 100;
    private static final long FIRST_RETRY_MS = 100;
    private static final long LAST_RETRY_MS = 2_000;
    private static final Duration COMMIT_LIMIT = Duration.ofSeconds(5);
    private static final Duration CLOSE_LIMIT = Duration.ofSeconds(3);

    private final Consumer<byte[], byte[]> consumer;
    private final AcknowledgedSends sends;
    private final DeadLetters deadLetters;
    private final Erasures erasures;
    private final RedisCounts counts;
    private final SinkMeters meters;
    // A member that sends no heartbeat for as long as this is no member any more.
    private final Duration sessionTimeout;
    private final Batch batch;
    private final PartitionEnds ends;
    private final FreshnessReport freshness;
    private final Set<TopicPartition> notCompared = new HashSet<>();
    private final Map<TopicPartition, Long> notCommitted = new HashMap<>();
    private final Map<TopicPartition, Long> committed = new HashMap<>();
    private final CountDownLatch stopped = new CountDownLatch(1);
    private boolean connectedOnce;
    private boolean held;
    private long retryMs = FIRST_RETRY_MS;
    private long nextAttempt = System.nanoTime();
    private volatile Health health = Health.down("waiting for Kafka");

    /** Closes what it asks and sends with, not the counts. */
    SinkLoop(
            Map<String, Object> consumerSettings,
            PartitionEnds ends,
            AcknowledgedSends sends,
            RedisCounts counts,
            SinkMeters meters) {
        this.consumer = new KafkaConsumer<>(consumerSettings, new ByteArrayDeserializer(), new ByteArrayDeserializer());
        this.ends = requireNonNull(ends, "ends");
        this.sends = requireNonNull(sends, "sends");
        this.counts = requireNonNull(counts, "counts");
        this.meters = requireNonNull(meters, "meters");
        deadLetters = new DeadLetters(sends);
        erasures = new Erasures(counts, sends);
        batch = new Batch(counts);
        freshness = new FreshnessReport(consumer, ends, Clock.systemUTC());
        sessionTimeout = Duration.ofMillis(Long.parseLong(
                consumerSettings.get(ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG).toString()));
    }

    Health health() {
        Health known = health;
        Duration silence = GroupSilence.longest(consumer.metrics().values());
        return known.up() && silence.compareTo(sessionTimeout) > 0
                ? Health.down("no heartbeat with Kafka for %d s".formatted(silence.toSeconds()))
                : known;
    }

    /** Makes {@link #run} finish the batch it is at and return. */
    void stop() {
        stopped.countDown();
        consumer.wakeup();
    }

    /**
     * Works until it is stopped.
     *
     * @throws EvictingRedisException if the first Redis it finds may evict keys and must not
     * @throws RedisFault if Redis refuses what no wait mends
     */
    @Override
    public void run() {
        try {
            awaitTopics();
            consumer.subscribe(Topics.counts(), new Assignment());
            while (!isStopped()) {
                read();
                if (System.nanoTime() - nextAttempt >= 0) {
                    // With nothing to write too, so that a Redis that went away is noticed when it is not needed yet.
                    attempt();
                }
                meters.lag(batch.size() + unread());
            }
        } catch (WakeupException e) {
            if (!isStopped()) {
                throw e;
            }
        } finally {
            health = Health.down("stopped");
            try {
                consumer.close(CloseOptions.timeout(CLOSE_LIMIT));
            } finally {
                ends.close();
                sends.close();
            }
        }
    }

    /** Called by {@link Consumer#poll} only, and so never in the middle of a write. */
    private final class Assignment implements ConsumerRebalanceListener {
        @Override
        public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
            notCompared.addAll(partitions);
            if (held) {
                consumer.pause(partitions);
            }
        }

        @Override
        public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
            // What Redis has; the rest of the batch is the next owner's to read.
            commit();
            forget(partitions);
        }

        @Override
        public void onPartitionsLost(Collection<TopicPartition> partitions) {
            forget(partitions);
        }

        private void forget(Collection<TopicPartition> partitions) {
            batch.drop(partitions);
            freshness.forget(partitions);
            Set<TopicPartition> gone = Set.copyOf(partitions);
            notCompared.removeAll(gone);
            notCommitted.keySet().removeAll(gone);
            committed.keySet().removeAll(gone);
        }
    }

    private boolean isStopped() {
        return stopped.getCount() == 0;
    }

    private void awaitTopics() {
        while (!isStopped() && !topicsExist()) {
            pause(TOPICS_RETRY_MS);
        }
    }

    private boolean topicsExist() {
        try {
            return Topics.counts().stream().noneMatch(topic -> partitions(topic).isEmpty());
        } catch (TimeoutException e) {
            LOGGER.warn("no answer from Kafka, trying again: {}", e.getMessage());
            return false;
        }
    }

    private List<?> partitions(String topic) {
        List<?> partitions = consumer.partitionsFor(topic);
        return partitions == null ? List.of() : partitions;
    }

    /**
     * One poll, or several where much lies ready, as after Redis lost its counts: of values that others follow only the last is
     * written then, and the round trips of a write are for all of them.
     */
    private void read() {
        ConsumerRecords<byte[], byte[]> first = consumer.poll(pollLimit());
        batch.add(first);
        long begin = System.nanoTime();
        while (!first.isEmpty()
                && unread() > MANY_RECORDS
                && batch.size() < MAX_BATCH
                && System.nanoTime() - begin < LONGEST_READ.toNanos()) {
            batch.add(consumer.poll(NEXT_POLL_LIMIT));
        }
    }

    private Duration pollLimit() {
        long untilAttempt = Math.max(0, nextAttempt - System.nanoTime());
        return held ? Duration.ofNanos(Math.min(untilAttempt, POLL_LIMIT.toNanos())) : POLL_LIMIT;
    }

    private void attempt() {
        try {
            List<Batch.Refused> refused = batch.refused();
            deadLetters.send(refused);
            meters.addRefused(refused.size());
            batch.forgetRefused();

            if (counts.connect()) {
                connectedOnce = true;
                notCompared.addAll(consumer.assignment());
            }
            compare();
            Map<TopicPartition, Long> positions = positions();
            long begin = System.nanoTime();
            switch (counts.write(batch.changes(), positions)) {
                case CONFIRMED -> {
                    freshness.confirmed(batch.newestOfEach());
                    confirmed(positions, Duration.ofNanos(System.nanoTime() - begin));
                    counts.tellFreshness(freshness.scores(positions));
                    erasures.handOn();
                }
                case LOST -> {
                    LOGGER.warn("Redis does not hold what it held: comparing positions anew");
                    tryAgain("changed", Health.down("Redis: does not hold what it held"));
                }
                case OTHER_GENERATION -> {
                    LOGGER.info("counts were made anew: going on with the new ones");
                    // Nothing is wrong with it.
                    tryAgain("generation", health);
                }
            }
        } catch (EvictingRedisException e) {
            if (!connectedOnce) {
                throw e;
            }
            LOGGER.error("{}", e.getMessage());
            tryAgain("eviction", Health.down(e.getMessage()));
        } catch (RedisFault e) {
            if (e.permanent()) {
                LOGGER.error("Redis refuses what no wait mends: {}", e.getMessage());
                throw e;
            }
            LOGGER.warn("Redis did not confirm {} counts, trying again: {}", batch.size(), e.getMessage());
            tryAgain(e.reason(), Health.down("Redis: " + e.getMessage()));
        } catch (AcknowledgedSends.NotTakenException e) {
            LOGGER.warn("Kafka did not take dead letters, trying again: {}", e.getMessage());
            tryAgain("dead-letters", Health.down("Kafka: " + e.getMessage()));
        }
    }

    /** Keeps the batch in hand and reads no more until it is written. */
    private void tryAgain(String reason, Health why) {
        health = why;
        meters.addRetry(reason);
        held = true;
        consumer.pause(consumer.assignment());
        nextAttempt = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(retryMs);
        retryMs = Math.min(retryMs * 2, LAST_RETRY_MS);
    }

    private void confirmed(Map<TopicPartition, Long> positions, Duration duration) {
        if (!batch.isEmpty()) {
            meters.addBatch(batch, duration);
            batch.clear();
        }
        if (held) {
            held = false;
            consumer.resume(consumer.paused());
        }
        retryMs = FIRST_RETRY_MS;
        health = Health.up("Redis confirms");
        positions.forEach((partition, position) -> {
            if (!position.equals(committed.get(partition))) {
                notCommitted.put(partition, position);
            }
        });
        commit();
    }

    /** Makes sure that what is in front of where reading begins is in Redis, or that it is read again. */
    private void compare() {
        Map<TopicPartition, Long> begins = new HashMap<>();
        for (TopicPartition partition : notCompared) {
            OptionalLong first = batch.first(partition);
            (first.isPresent() ? first : position(partition)).ifPresent(begin -> begins.put(partition, begin));
        }
        Map<TopicPartition, Long> applied = counts.applied(begins.keySet());
        begins.forEach((partition, begin) -> {
            long known = applied.get(partition);
            if (known < begin) {
                LOGGER.warn("Redis has {} up to {} and not up to {}: reading it again", partition, known, begin);
                meters.addRewind();
                batch.drop(List.of(partition));
                freshness.forget(List.of(partition));
                notCommitted.remove(partition);
                committed.remove(partition);
                if (known == 0) {
                    consumer.seekToBeginning(List.of(partition));
                } else {
                    consumer.seek(partition, known);
                }
            }
        });
        notCompared.removeAll(begins.keySet());
    }

    /** How far all will be in Redis once the batch is, of partitions whose position there is known. */
    private Map<TopicPartition, Long> positions() {
        Map<TopicPartition, Long> positions = new HashMap<>();
        for (TopicPartition partition : consumer.assignment()) {
            if (!notCompared.contains(partition)) {
                OptionalLong position = position(partition);
                (position.isPresent() ? position : batch.next(partition))
                        .ifPresent(offset -> positions.put(partition, offset));
            }
        }
        return positions;
    }

    /** Empty if it is not known yet; without waiting for it, as the other partitions would wait, too. */
    private OptionalLong position(TopicPartition partition) {
        try {
            return OptionalLong.of(consumer.position(partition, Duration.ZERO));
        } catch (TimeoutException e) {
            return OptionalLong.empty();
        }
    }

    /** Records that Kafka has and this has not read, as far as the consumer knows. */
    private long unread() {
        return consumer.assignment().stream()
                .mapToLong(partition -> consumer.currentLag(partition).orElse(0))
                .sum();
    }

    private void commit() {
        if (notCommitted.isEmpty()) {
            return;
        }
        Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
        notCommitted.forEach((partition, offset) -> offsets.put(partition, new OffsetAndMetadata(offset)));
        try {
            commitUndisturbed(offsets);
            committed.putAll(notCommitted);
            notCommitted.clear();
        } catch (CommitFailedException | RebalanceInProgressException | TimeoutException e) {
            // Tried again with the next batch; or whoever has the partitions then writes the same counts again.
            LOGGER.warn("offsets not committed: {}", e.getMessage());
        }
    }

    private void commitUndisturbed(Map<TopicPartition, OffsetAndMetadata> offsets) {
        try {
            consumer.commitSync(offsets, COMMIT_LIMIT);
        } catch (WakeupException e) {
            // From stop(): the batch is finished first, and a wakeup disturbs one call only.
            consumer.commitSync(offsets, COMMIT_LIMIT);
        }
    }

    private void pause(long millis) {
        try {
            stopped.await(millis, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
