package io.tallystream.schema.kafka;

import io.tallystream.schema.count.CountAddress;
import io.tallystream.schema.count.Dimension;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.serialization.LongDeserializer;
import org.apache.kafka.common.serialization.LongSerializer;

/**
 * A record on a counts topic: an address and the whole count under it so far, not a difference. A record without a value
 * takes the address out, see {@link #decodeErased}; what follows counts from zero.
 *
 * @param value 0 or more
 */
public record CountRecord(CountAddress address, long value) {
    private static final char REPLACEMENT = '\uFFFD';

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
            return new CountRecord(CountKey.parse(text(key)), deserializer.deserialize(null, value));
        } catch (SerializationException e) {
            throw new IllegalArgumentException("not the value of a count: " + e.getMessage(), e);
        }
    }

    /**
     * The address that a record without a value takes out of the counts. Those of users only: totals are of nobody.
     *
     * @throws IllegalArgumentException if it is none, with the reason
     */
    public static CountAddress decodeErased(byte[] key) {
        if (key == null) {
            throw new IllegalArgumentException("a count record has a key");
        }
        CountAddress address = CountKey.parse(text(key));
        if (address.dimension() != Dimension.USER) {
            throw new IllegalArgumentException("only counts of users are erased, others have a value");
        }
        return address;
    }

    private static String text(byte[] utf8) {
        String text = new String(utf8, StandardCharsets.UTF_8);
        // What is malformed becomes this character, and two addresses would become one. Seldom, so that looking is
        // cheap.
        if (text.indexOf(REPLACEMENT) >= 0 && !Arrays.equals(text.getBytes(StandardCharsets.UTF_8), utf8)) {
            throw new IllegalArgumentException("the key of a count is UTF-8, and this is not: " + text);
        }
        return text;
    }
}
