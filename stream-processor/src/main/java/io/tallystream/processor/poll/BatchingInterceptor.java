package io.tallystream.processor.poll;

import io.tallystream.schema.kafka.Topics;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerInterceptor;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;

/**
 * Makes one record of what a poll returns of one partition, of as much as was appended within a second where it is read beside
 * others ({@link Topics#INPUTS}); processors get at them by {@link PolledBatch#recordsOf}. For the main consumer of Kafka
 * Streams, which makes it by its name. Should it fail, the consumer returns the records as they are, which is as good and
 * slower.
 */
public final class BatchingInterceptor implements ConsumerInterceptor<byte[], byte[]> {
    // Of a task's inputs, Kafka Streams takes the one whose next record is the oldest. While it catches up, a poll of
    // one with few events reaches over hours: as one record it would carry the time of all inputs ahead.
    static final long MAX_SPAN_MS = 1_000;

    @Override
    public ConsumerRecords<byte[], byte[]> onConsume(ConsumerRecords<byte[], byte[]> polled) {
        Map<TopicPartition, List<ConsumerRecord<byte[], byte[]>>> batches = new HashMap<>();
        for (TopicPartition partition : polled.partitions()) {
            List<ConsumerRecord<byte[], byte[]>> records = polled.records(partition);
            if (!records.isEmpty()) {
                boolean beside = Topics.INPUTS.contains(partition.topic());
                batches.put(partition, beside ? split(records) : List.of(PolledBatch.of(records)));
            }
        }
        return new ConsumerRecords<>(batches, polled.nextOffsets());
    }

    private static List<ConsumerRecord<byte[], byte[]>> split(List<ConsumerRecord<byte[], byte[]>> records) {
        List<ConsumerRecord<byte[], byte[]>> batches = new ArrayList<>(1);
        int from = 0;
        for (int i = 1; i <= records.size(); i++) {
            if (i == records.size()
                    || Math.abs(records.get(i).timestamp() - records.get(from).timestamp()) > MAX_SPAN_MS) {
                batches.add(PolledBatch.of(records.subList(from, i)));
                from = i;
            }
        }
        return batches;
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
