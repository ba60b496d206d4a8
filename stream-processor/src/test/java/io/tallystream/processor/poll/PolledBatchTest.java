package io.tallystream.processor.poll;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;
import org.junit.jupiter.api.Test;

class PolledBatchTest {
    private static final TopicPartition CALLS_0 = new TopicPartition("api-calls", 0);
    private static final TopicPartition CALLS_1 = new TopicPartition("api-calls", 1);
    private static final TopicPartition ACTIONS_0 = new TopicPartition("user-actions", 0);

    @Test
    void shouldMakeOneRecordOfEachPartition() {
        List<ConsumerRecord<byte[], byte[]>> calls = List.of(record(CALLS_0, 7, 100), record(CALLS_0, 8, 200));
        List<ConsumerRecord<byte[], byte[]>> actions = List.of(record(ACTIONS_0, 3, 300));
        Map<TopicPartition, OffsetAndMetadata> next = Map.of(
                CALLS_0,
                new OffsetAndMetadata(10),
                CALLS_1,
                new OffsetAndMetadata(5),
                ACTIONS_0,
                new OffsetAndMetadata(4));

        ConsumerRecords<byte[], byte[]> batches =
                poll(Map.of(CALLS_0, calls, ACTIONS_0, actions, CALLS_1, List.of()), next);

        assertThat(batches.partitions()).containsOnly(CALLS_0, ACTIONS_0);
        assertThat(batches.records(CALLS_0))
                .singleElement()
                .satisfies(batch -> assertThat(recordsOf(batch)).isEqualTo(calls));
        assertThat(batches.records(ACTIONS_0))
                .singleElement()
                .satisfies(batch -> assertThat(recordsOf(batch)).isEqualTo(actions));
        // Where the consumer is, by which Kafka Streams commits what is processed, also past what has no records.
        assertThat(batches.nextOffsets()).isEqualTo(next);
    }

    /** Kafka Streams takes the oldest of several inputs first, and can do so only between batches. */
    @Test
    void shouldNotReachOverMoreThanASecond() {
        List<ConsumerRecord<byte[], byte[]>> records = List.of(
                record(CALLS_0, 1, 5_000),
                record(CALLS_0, 2, 6_000),
                record(CALLS_0, 3, 6_001),
                record(CALLS_0, 4, 90_000),
                record(CALLS_0, 5, 10));

        List<ConsumerRecord<byte[], byte[]>> batches =
                poll(Map.of(CALLS_0, records), Map.of()).records(CALLS_0);

        assertThat(batches).extracting(ConsumerRecord::offset).containsExactly(1L, 3L, 4L, 5L);
        assertThat(batches).extracting(ConsumerRecord::timestamp).containsExactly(5_000L, 6_001L, 90_000L, 10L);
        assertThat(batches).flatExtracting(PolledBatchTest::recordsOf).containsExactlyElementsOf(records);
    }

    /** There is nothing that they could be ahead of. */
    @Test
    void shouldReachOverAnyTimeWhereATopicIsReadAlone() {
        TopicPartition amounts = new TopicPartition("tallystream-processor-amounts-repartition", 0);
        List<ConsumerRecord<byte[], byte[]>> records = List.of(record(amounts, 1, 5_000), record(amounts, 2, 90_000));

        assertThat(poll(Map.of(amounts, records), Map.of()).records(amounts))
                .singleElement()
                .satisfies(batch -> assertThat(recordsOf(batch)).isEqualTo(records));
    }

    @Test
    void shouldStandWhereItsFirstRecordDoes() {
        ConsumerRecord<byte[], byte[]> batch = batch(List.of(record(CALLS_1, 7, 200), record(CALLS_1, 9, 100)));

        assertThat(new TopicPartition(batch.topic(), batch.partition())).isEqualTo(CALLS_1);
        assertThat(batch.offset()).isEqualTo(7);
        assertThat(batch.timestamp()).isEqualTo(100);
    }

    @Test
    void shouldHaveTheSizeOfAll() {
        ConsumerRecord<byte[], byte[]> withoutKey = new ConsumerRecord<>("api-calls", 0, 2, null, bytes("event"));
        assertThat(withoutKey.serializedKeySize()).isNegative();

        ConsumerRecord<byte[], byte[]> batch =
                batch(List.of(record(CALLS_0, 1, 100), withoutKey, record(CALLS_0, 3, 100), record(CALLS_0, 4, 100)));

        assertThat(batch.serializedKeySize()).isEqualTo(3 * "key".length());
        assertThat(batch.serializedValueSize()).isEqualTo(3 * "value".length());
    }

    /** Kafka Streams refuses it for that, as it would refuse the record alone. */
    @Test
    void shouldNotHideThatARecordHasNoTime() {
        assertThat(batch(List.of(record(CALLS_0, 1, 100), record(CALLS_0, 2, -1)))
                        .timestamp())
                .isNegative();
    }

    @Test
    void shouldTakeAPlainRecordAsABatchOfOne() {
        RecordHeaders headers = new RecordHeaders(List.<Header>of(new RecordHeader("trace", bytes("1"))));

        List<ConsumerRecord<byte[], byte[]>> records = PolledBatch.recordsOf(
                new Record<>(bytes("key"), bytes("value"), 100, headers), metadata("api-calls", 4, 77));

        assertThat(records).singleElement().satisfies(record -> {
            assertThat(record.topic()).isEqualTo("api-calls");
            assertThat(record.partition()).isEqualTo(4);
            assertThat(record.offset()).isEqualTo(77);
            assertThat(record.timestamp()).isEqualTo(100);
            assertThat(record.key()).asString(UTF_8).isEqualTo("key");
            assertThat(record.value()).asString(UTF_8).isEqualTo("value");
            assertThat(record.headers()).isEqualTo(headers);
        });
    }

    @Test
    void shouldNotTakeWhatASenderWroteForABatch() {
        Header forged = new RecordHeader(
                batch(List.of(record(CALLS_0, 1, 100))).headers().toArray()[0].key(), bytes("anything"));

        List<ConsumerRecord<byte[], byte[]>> records = PolledBatch.recordsOf(
                new Record<>(null, bytes("value"), 100, new RecordHeaders(List.of(forged))),
                metadata("api-calls", 0, 5));

        assertThat(records)
                .singleElement()
                .satisfies(record -> assertThat(record.value()).asString(UTF_8).isEqualTo("value"));
    }

    private static ConsumerRecord<byte[], byte[]> batch(List<ConsumerRecord<byte[], byte[]>> records) {
        TopicPartition partition =
                new TopicPartition(records.get(0).topic(), records.get(0).partition());
        return poll(Map.of(partition, records), Map.of()).records(partition).get(0);
    }

    private static ConsumerRecords<byte[], byte[]> poll(
            Map<TopicPartition, List<ConsumerRecord<byte[], byte[]>>> records,
            Map<TopicPartition, OffsetAndMetadata> nextOffsets) {
        try (BatchingInterceptor interceptor = new BatchingInterceptor()) {
            return interceptor.onConsume(new ConsumerRecords<>(new LinkedHashMap<>(records), nextOffsets));
        }
    }

    /** What a processor gets of it. */
    private static List<ConsumerRecord<byte[], byte[]>> recordsOf(ConsumerRecord<byte[], byte[]> batch) {
        return PolledBatch.recordsOf(
                new Record<>(batch.key(), batch.value(), batch.timestamp(), batch.headers()),
                metadata(batch.topic(), batch.partition(), batch.offset()));
    }

    private static ConsumerRecord<byte[], byte[]> record(TopicPartition partition, long offset, long timestamp) {
        return new ConsumerRecord<>(
                partition.topic(),
                partition.partition(),
                offset,
                timestamp,
                TimestampType.LOG_APPEND_TIME,
                "key".length(),
                "value".length(),
                bytes("key"),
                bytes("value"),
                new RecordHeaders(),
                Optional.empty());
    }

    private static RecordMetadata metadata(String topic, int partition, long offset) {
        return new RecordMetadata() {
            @Override
            public String topic() {
                return topic;
            }

            @Override
            public int partition() {
                return partition;
            }

            @Override
            public long offset() {
                return offset;
            }
        };
    }

    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }
}
