package io.tallystream.sink;

import static java.util.Objects.requireNonNull;

import io.lettuce.core.RedisException;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.tallystream.runtime.management.Health;
import io.tallystream.schema.count.CountAddress;
import io.tallystream.schema.kafka.CountRecord;
import io.tallystream.schema.kafka.Topics;
import io.tallystream.sink.redis.RedisCounts;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.CommitFailedException;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.errors.RebalanceInProgressException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads counts and writes them to Redis, in batches: read, keep the last count of each address, write, and only when Redis has
 * confirmed all of it commit the offsets. A crash in between writes the same absolute counts again, which changes nothing.
 *
 * <p>{@link #run} belongs to one thread; {@link #stop} and {@link #health} may be called by any.
 */
final class SinkLoop implements Runnable {
    private static final Logger LOGGER = LoggerFactory.getLogger(SinkLoop.class);
    private static final Duration POLL_LIMIT = Duration.ofMillis(500);
    private static final long TOPICS_RETRY_MS = 100;
    private static final long FIRST_RETRY_MS = 100;
    private static final long LAST_RETRY_MS = 2_000;
    private static final Duration COMMIT_LIMIT = Duration.ofSeconds(5);
    private static final Duration CLOSE_LIMIT = Duration.ofSeconds(3);

    private final Consumer<byte[], byte[]> consumer;
    private final RedisCounts counts;
    // A member that sends no heartbeat for as long as this is no member any more.
    private final Duration sessionTimeout;
    private final Counter applied;
    private final Counter undecodable;
    private final CountDownLatch stopped = new CountDownLatch(1);
    private volatile Health health = Health.down("waiting for Kafka");

    /**
     * What is to be written at once.
     *
     * @param last the newest count of each address: older ones are overtaken already
     * @param size how many records there are, of which those that are no counts are not
     */
    private record Batch(Map<CountAddress, Long> last, int size) {}

    SinkLoop(Map<String, Object> consumerSettings, RedisCounts counts, MeterRegistry meters) {
        this.consumer = new KafkaConsumer<>(consumerSettings, new ByteArrayDeserializer(), new ByteArrayDeserializer());
        this.counts = requireNonNull(counts, "counts");
        sessionTimeout = Duration.ofMillis(Long.parseLong(
                consumerSettings.get(ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG).toString()));
        applied = Counter.builder("tallystream.sink.records")
                .description("Records of counts topics that Redis has confirmed")
                .register(meters);
        undecodable = Counter.builder("tallystream.sink.undecodable")
                .description("Records of counts topics that are no counts")
                .register(meters);
    }

    Health health() {
        Health known = health;
        double silence = secondsSinceHeartbeat();
        return known.up() && silence > sessionTimeout.toSeconds()
                ? Health.down("no heartbeat with Kafka for %.0f s".formatted(silence))
                : known;
    }

    /** Makes {@link #run} finish the batch it is at and return. */
    void stop() {
        stopped.countDown();
        consumer.wakeup();
    }

    @Override
    public void run() {
        try {
            awaitTopics();
            consumer.subscribe(Topics.counts());
            while (!isStopped()) {
                ConsumerRecords<byte[], byte[]> records = consumer.poll(POLL_LIMIT);
                Batch batch = decode(records);
                // With nothing to write too, so that a Redis that went away is noticed when it is not needed yet.
                boolean confirmed = writeUntilConfirmed(batch.last());
                if (confirmed && !records.isEmpty()) {
                    applied.increment(batch.size());
                    commit();
                }
            }
        } catch (WakeupException e) {
            if (!isStopped()) {
                throw e;
            }
        } finally {
            health = Health.down("stopped");
            consumer.close(CloseOptions.timeout(CLOSE_LIMIT));
        }
    }

    /** Negative before the first. */
    private double secondsSinceHeartbeat() {
        return consumer.metrics().values().stream()
                .filter(metric -> metric.metricName().name().equals("last-heartbeat-seconds-ago"))
                .mapToDouble(metric -> ((Number) metric.metricValue()).doubleValue())
                .max()
                .orElse(-1);
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

    private Batch decode(ConsumerRecords<byte[], byte[]> records) {
        Map<CountAddress, Long> last = new HashMap<>();
        int size = 0;
        for (ConsumerRecord<byte[], byte[]> record : records) {
            try {
                CountRecord count = CountRecord.decode(record.key(), record.value());
                counts.check(count.address());
                last.merge(count.address(), count.value(), Math::max);
                size++;
            } catch (IllegalArgumentException e) {
                undecodable.increment();
                LOGGER.error(
                        "{}-{} offset {} is no count and is left out: {}",
                        record.topic(),
                        record.partition(),
                        record.offset(),
                        e.getMessage());
            }
        }
        return new Batch(last, size);
    }

    /** @return false if stopped before Redis confirmed; nothing may be committed then */
    private boolean writeUntilConfirmed(Map<CountAddress, Long> last) {
        long retryMs = FIRST_RETRY_MS;
        while (true) {
            try {
                counts.write(last);
                health = Health.up("Redis confirms");
                return true;
            } catch (RedisException e) {
                health = Health.down("Redis: " + e.getMessage());
                LOGGER.warn("Redis did not confirm {} counts, trying again: {}", last.size(), e.toString());
            }
            if (pause(retryMs)) {
                return false;
            }
            retryMs = Math.min(retryMs * 2, LAST_RETRY_MS);
        }
    }

    private void commit() {
        try {
            commitUndisturbed();
        } catch (CommitFailedException | RebalanceInProgressException | TimeoutException e) {
            // Whoever has the partitions now writes the same counts again.
            LOGGER.warn("offsets not committed: {}", e.getMessage());
        }
    }

    private void commitUndisturbed() {
        try {
            consumer.commitSync(COMMIT_LIMIT);
        } catch (WakeupException e) {
            // From stop(): the batch is finished first, and a wakeup disturbs one call only.
            consumer.commitSync(COMMIT_LIMIT);
        }
    }

    /** @return whether the loop was stopped meanwhile */
    private boolean pause(long millis) {
        try {
            return stopped.await(millis, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return true;
        }
    }
}
