package io.tallystream.schema.kafka;

import java.util.Arrays;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;

/**
 * A refused record as it is put on {@link Topics#DEAD_LETTERS}: its bytes as they came, and in headers why and from where. Of a
 * record that with these headers may be larger than Kafka takes, only the beginning of the value is left.
 */
public final class DeadLetter {
    // Kafka takes 1 MiB by default. What it refuses would be refused again after each restart, and work would end.
    private static final int MAX_BYTES = 1_000_000;
    // More than Kafka uses for a header besides its name and value.
    private static final int HEADER_OVERHEAD = 10;

    private final byte[] key;
    private final byte[] value;
    private final Headers headers;

    private DeadLetter(byte[] key, byte[] value, Headers headers) {
        this.key = key;
        this.value = value;
        this.headers = headers;
    }

    /** Where a record came from. */
    public record Origin(String topic, int partition, long offset) {}

    /**
     * Makes it.
     *
     * @param key of the refused record; may be null, as may its value
     * @param reason why, for programs: see {@link DeadLetterHeaders#REASON}
     * @param detail why, for people; that the record was cut is added
     */
    public static DeadLetter of(
            byte[] key, byte[] value, Headers headers, Origin origin, String reason, String detail) {
        boolean whole = size(key, value, headers) <= MAX_BYTES;
        Headers kept = whole ? new RecordHeaders(headers) : new RecordHeaders();
        DeadLetterHeaders.add(
                kept,
                reason,
                whole ? detail : detail + " (cut, it was too large to be kept whole)",
                origin.topic(),
                origin.partition(),
                origin.offset());
        return new DeadLetter(whole ? key : null, whole ? value : beginning(value), kept);
    }

    /** Null if there was none, or it is left out. */
    public byte[] key() {
        return key;
    }

    /** Null if there was none. */
    public byte[] value() {
        return value;
    }

    /** Those of the record, and {@link DeadLetterHeaders}. */
    public Headers headers() {
        return headers;
    }

    private static long size(byte[] key, byte[] value, Headers headers) {
        long size = length(key) + length(value);
        for (Header header : headers) {
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
