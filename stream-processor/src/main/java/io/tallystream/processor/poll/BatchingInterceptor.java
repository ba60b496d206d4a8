package io.tallystream.processor.poll;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerInterceptor;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;

/**
 * Makes one record of all that a poll returns of one partition; processors get at them by {@link PolledBatch#recordsOf}. For the
 * main consumer of Kafka Streams, which makes it by its name. Should it fail, the consumer returns the records as they are, which
 * is as good and slower.
 */
public final class BatchingInterceptor implements ConsumerInterceptor<byte[], byte[]> {
    @Override
    public ConsumerRecords<byte[], byte[]> onConsume(ConsumerRecords<byte[], byte[]> polled) {
        Map<TopicPartition, List<ConsumerRecord<byte[], byte[]>>> batches = new HashMap<>();
        for (TopicPartition partition : polled.partitions()) {
            List<ConsumerRecord<byte[], byte[]>> records = polled.records(partition);
            if (!records.isEmpty()) {
                batches.put(partition, List.of(PolledBatch.of(records)));
            }
        }
        return new ConsumerRecords<>(batches, polled.nextOffsets());
    }

    @Override
    public void onCommit(Map<TopicPartition, OffsetAndMetadata> offsets) {
        // Nothing is committed by consumers.
    }

    @Override
    public void configure(Map<String, ?> configs) {
        // There is nothing to choose.
    }

    @Override
    public void close() {
        // There is nothing to close.
    }
}
