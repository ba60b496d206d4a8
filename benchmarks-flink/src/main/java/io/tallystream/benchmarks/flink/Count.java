package io.tallystream.benchmarks.flink;

import io.tallystream.schema.count.RetentionClass;
import io.tallystream.schema.kafka.Topics;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.Properties;
import org.apache.flink.connector.kafka.lineage.DefaultKafkaDatasetFacet;
import org.apache.flink.connector.kafka.lineage.DefaultKafkaDatasetIdentifier;
import org.apache.flink.connector.kafka.lineage.KafkaDatasetFacet;
import org.apache.flink.connector.kafka.lineage.KafkaDatasetFacetProvider;
import org.apache.flink.connector.kafka.sink.KafkaRecordSerializationSchema;
import org.apache.kafka.clients.producer.ProducerRecord;

/** An absolute count for a counts topic, as {@link io.tallystream.schema.kafka.CountRecord} has it. */
final class Count {
    private final RetentionClass kept;
    private final byte[] key;
    private final long value;

    Count(RetentionClass kept, byte[] key, long value) {
        this.kept = kept;
        this.key = key;
        this.value = value;
    }

    /** Makes records of them, and tells for which topics: a pool of transactional ids asks Kafka what is open there. */
    static final class Schema implements KafkaRecordSerializationSchema<Count>, KafkaDatasetFacetProvider {
        private static final long serialVersionUID = 1L;

        @Override
        public ProducerRecord<byte[], byte[]> serialize(Count count, KafkaSinkContext context, Long timestamp) {
            return new ProducerRecord<>(
                    Topics.counts(count.kept),
                    null,
                    System.currentTimeMillis(),
                    count.key,
                    ByteBuffer.allocate(Long.BYTES).putLong(count.value).array());
        }

        @Override
        public Optional<KafkaDatasetFacet> getKafkaDatasetFacet() {
            return Optional.of(new DefaultKafkaDatasetFacet(
                    DefaultKafkaDatasetIdentifier.ofTopics(Topics.counts()), new Properties()));
        }
    }

    static byte[] concat(byte[] head, byte[] tail) {
        byte[] both = new byte[head.length + tail.length];
        System.arraycopy(head, 0, both, 0, head.length);
        System.arraycopy(tail, 0, both, head.length, tail.length);
        return both;
    }
}
