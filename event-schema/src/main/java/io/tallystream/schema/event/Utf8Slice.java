package io.tallystream.schema.event;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * A part of a byte array that holds text in UTF-8, or nothing. A flyweight: it is set again for each event, and what it points at
 * is only good until then. For one thread.
 */
public final class Utf8Slice {
    private static final byte[] NOTHING = {};
    private static final int HASH_FACTOR = 31;

    private byte[] bytes = NOTHING;
    private int from;
    private int to;
    private boolean present;

    /** All of those bytes. */
    public static Utf8Slice of(byte[] bytes) {
        Utf8Slice slice = new Utf8Slice();
        slice.set(bytes, 0, bytes.length);
        return slice;
    }

    void clear() {
        present = false;
        from = 0;
        to = 0;
    }

    void set(byte[] newBytes, int newFrom, int newTo) {
        bytes = newBytes;
        from = newFrom;
        to = newTo;
        present = true;
    }

    /** Points at the text's bytes; null clears. */
    void set(String text) {
        if (text == null) {
            clear();
        } else {
            byte[] encoded = text.getBytes(StandardCharsets.UTF_8);
            set(encoded, 0, encoded.length);
        }
    }

    /** Whether there is any text. */
    public boolean isPresent() {
        return present;
    }

    /** The array; not to be changed. */
    public byte[] array() {
        return bytes;
    }

    /** Index in the array of the first byte. */
    public int from() {
        return from;
    }

    /** Index in the array behind the last byte. */
    public int to() {
        return to;
    }

    /** How many bytes. */
    public int length() {
        return to - from;
    }

    /** A hash of the bytes, equal for equal bytes. */
    public int contentHash() {
        int hash = 1;
        for (int i = from; i < to; i++) {
            hash = HASH_FACTOR * hash + bytes[i];
        }
        // Names often differ in their last characters only, and tables take the lowest bits.
        return hash ^ (hash >>> 16);
    }

    /** Whether these are the bytes. */
    public boolean contentEquals(byte[] other) {
        return Arrays.equals(bytes, from, to, other, 0, other.length);
    }

    /** A copy of the bytes. */
    public byte[] toBytes() {
        return Arrays.copyOfRange(bytes, from, to);
    }

    /** The text; null if there is none. */
    public String text() {
        return present ? new String(bytes, from, to - from, StandardCharsets.UTF_8) : null;
    }

    @Override
    public String toString() {
        return "Utf8Slice[" + text() + "]";
    }
}
