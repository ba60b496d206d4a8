package io.tallystream.schema.kafka;

import io.tallystream.schema.count.CountAddress;
import java.nio.charset.StandardCharsets;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.serialization.LongDeserializer;
import org.apache.kafka.common.serialization.LongSerializer;

/**
 * A record on a counts topic: an address and the whole count under it so far, not a difference.
 *
 * @param value 0 or more
 */
public record CountRecord(CountAddress address, long value) {
    /** Refuses negative counts. */
    public CountRecord {
        if (value < 0) {
            throw new IllegalArgumentException("a count is never negative: " + value);
        }
    }

    /** The record's key. */
    public byte[] key() {
        return CountKey.format(address).getBytes(StandardCharsets.UTF_8);
    }

    /** The record's value: eight bytes, big-endian. */
    public byte[] encodedValue() {
        try (LongSerializer serializer = new LongSerializer()) {
            return serializer.serialize(null, value);
        }
    }

    /**
     * Reads a record as {@link #key} and {@link #encodedValue} wrote it.
     *
     * @throws IllegalArgumentException if it is none, with the reason
     */
    public static CountRecord decode(byte[] key, byte[] value) {
        if (key == null || value == null) {
            throw new IllegalArgumentException("a count record has a key and a value");
        }
        try (LongDeserializer deserializer = new LongDeserializer()) {
            return new CountRecord(
                    CountKey.parse(new String(key, StandardCharsets.UTF_8)), deserializer.deserialize(null, value));
        } catch (SerializationException e) {
            throw new IllegalArgumentException("not the value of a count: " + e.getMessage(), e);
        }
    }
}
