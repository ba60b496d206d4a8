package io.tallystream.benchmarks.processor.dsl;

import io.tallystream.benchmarks.processor.dsl.Judgement.Refused;
import io.tallystream.schema.kafka.DeadLetterHeaders;
import java.util.Arrays;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.streams.processor.api.ContextualProcessor;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;

/**
 * Makes dead letters of refused records: their bytes as they came, and in headers why and from where. Of a record that with
 * these headers may be larger than Kafka takes, only the beginning of the value is left.
 */
final class DeadLetterWriter extends ContextualProcessor<byte[], Judgement, byte[], byte[]> {
    // Kafka takes 1 MiB by default. What it refuses would be refused again after each restart, and counting would end.
    private static final int MAX_BYTES = 1_000_000;
    // More than Kafka uses for a header besides its name and value.
    private static final int HEADER_OVERHEAD = 10;

    @Override
    public void process(Record<byte[], Judgement> record) {
        if (record.value() instanceof Refused refused) {
            Record<byte[], byte[]> original = refused.record();
            boolean whole = size(original) <= MAX_BYTES;
            RecordMetadata origin = context()
                    .recordMetadata()
                    .orElseThrow(() -> new IllegalStateException("a record from a topic knows where it is from"));
            Headers headers = whole ? new RecordHeaders(original.headers()) : new RecordHeaders();
            DeadLetterHeaders.add(
                    headers,
                    refused.reason(),
                    whole ? refused.detail() : refused.detail() + " (cut, it was too large to be kept whole)",
                    origin.topic(),
                    origin.partition(),
                    origin.offset());
            context()
                    .forward(new Record<>(
                            whole ? original.key() : null,
                            whole ? original.value() : beginning(original.value()),
                            context().currentSystemTimeMs(),
                            headers));
        }
    }

    private static long size(Record<byte[], byte[]> record) {
        long size = length(record.key()) + length(record.value());
        for (Header header : record.headers()) {
            // A character is three bytes of UTF-8 at most.
            size += 3L * header.key().length() + length(header.value()) + HEADER_OVERHEAD;
        }
        return size;
    }

    private static long length(byte[] bytes) {
        return bytes == null ? 0 : bytes.length;
    }

    private static byte[] beginning(byte[] value) {
        return length(value) <= MAX_BYTES ? value : Arrays.copyOf(value, MAX_BYTES);
    }
}
