package io.tallystream.processor.count;

import io.tallystream.schema.kafka.DeadLetterHeaders;
import java.util.Arrays;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;

/**
 * Makes dead letters of refused records: their bytes as they came, and in headers why and from where. Of a record that with
 * these headers may be larger than Kafka takes, only the beginning of the value is left.
 */
final class DeadLetters {
    // Kafka takes 1 MiB by default. What it refuses would be refused again after each restart, and counting would end.
    private static final int MAX_BYTES = 1_000_000;
    // More than Kafka uses for a header besides its name and value.
    private static final int HEADER_OVERHEAD = 10;

    private DeadLetters() {}

    static Record<byte[], Output> of(
            Record<byte[], byte[]> refused, RecordMetadata origin, Outcome reason, String detail, long now) {
        boolean whole = size(refused) <= MAX_BYTES;
        Headers headers = whole ? new RecordHeaders(refused.headers()) : new RecordHeaders();
        DeadLetterHeaders.add(
                headers,
                reason.wireName(),
                whole ? detail : detail + " (cut, it was too large to be kept whole)",
                origin.topic(),
                origin.partition(),
                origin.offset());
        return new Record<>(
                whole ? refused.key() : null,
                new Output.DeadLetter(whole ? refused.value() : beginning(refused.value())),
                now,
                headers);
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
