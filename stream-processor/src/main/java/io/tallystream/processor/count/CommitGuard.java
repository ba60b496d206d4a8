package io.tallystream.processor.count;

import io.micrometer.core.instrument.Timer;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.streams.processor.internals.DefaultKafkaClientSupplier;

/**
 * Stands between Kafka Streams and its transactions: offsets of records that are counted in a heap which was not drained are not
 * committed. That cannot happen with the Kafka Streams this was written for; should another one prepare commits in another way,
 * counting ends with the first of them instead of losing counts. Thread-safe.
 */
public final class CommitGuard {
    private final Set<CommitBuffer> buffers = ConcurrentHashMap.newKeySet();

    /** A commit was about to be made without the counts that belong to it. */
    public static final class UndrainedException extends IllegalStateException {
        private static final long serialVersionUID = 1;

        UndrainedException(String buffer, TopicPartition partition) {
            super("this version of Kafka Streams commits without draining %s first, whose counts of %s would be lost"
                    .formatted(buffer, partition));
        }
    }

    /** Watches over heaps from now on. */
    void add(CommitBuffer buffer) {
        buffers.add(buffer);
    }

    void remove(CommitBuffer buffer) {
        buffers.remove(buffer);
    }

    /**
     * To be called by the thread that commits.
     *
     * @throws UndrainedException if counts of records before these offsets are still in a heap
     */
    void check(Set<TopicPartition> committed) {
        for (CommitBuffer buffer : buffers) {
            // Other tasks may keep theirs: when one fails, the rest is committed without it.
            TopicPartition undrained = buffer.undrained();
            if (undrained != null && committed.contains(undrained)) {
                throw new UndrainedException(buffer.name(), undrained);
            }
        }
    }

    /**
     * The clients of Kafka Streams, with this guard.
     *
     * @param commits times transactions from the handing over of their offsets until Kafka has committed them
     */
    public DefaultKafkaClientSupplier clients(Timer commits) {
        return new DefaultKafkaClientSupplier() {
            @Override
            public Producer<byte[], byte[]> getProducer(Map<String, Object> settings) {
                return new GuardedProducer(settings, commits);
            }
        };
    }

    private final class GuardedProducer extends KafkaProducer<byte[], byte[]> {
        private final Timer commits;
        private long begin;

        GuardedProducer(Map<String, Object> settings, Timer commits) {
            super(settings, new ByteArraySerializer(), new ByteArraySerializer());
            this.commits = commits;
        }

        @Override
        public void sendOffsetsToTransaction(
                Map<TopicPartition, OffsetAndMetadata> offsets, ConsumerGroupMetadata group) {
            begin = System.nanoTime();
            check(offsets.keySet());
            super.sendOffsetsToTransaction(offsets, group);
        }

        @Override
        public void commitTransaction() {
            super.commitTransaction();
            commits.record(System.nanoTime() - begin, TimeUnit.NANOSECONDS);
        }
    }
}
