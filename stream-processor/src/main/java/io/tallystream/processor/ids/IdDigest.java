package io.tallystream.processor.ids;

import io.tallystream.schema.event.Utf8Slice;

/**
 * The digest, of 128 bits, of the id in hand. It is stored, and so must not change. Of the two halves, {@link #high} says where
 * an id stands in sorted order; both are evenly spread. For one thread.
 */
final class IdDigest {
    // Of the 64-bit finaliser of MurmurHash3.
    private static final long MIX_1 = 0xff51afd7ed558ccdL;
    private static final long MIX_2 = 0xc4ceb9fe1a85ec53L;
    private static final long SEED_1 = 0x9E3779B97F4A7C15L;
    private static final long SEED_2 = 0xD1B54A32D192ED03L;

    private long high;
    private long low;

    /** Takes another id in hand. */
    void set(Utf8Slice id) {
        byte[] bytes = id.array();
        long first = SEED_1 ^ id.length();
        long second = SEED_2 + id.length();
        long word = 0;
        int inWord = 0;
        for (int i = id.from(); i < id.to(); i++) {
            word = (word << Byte.SIZE) | (bytes[i] & 0xff);
            if (++inWord == Long.BYTES) {
                first = mix(first ^ word) + second;
                second = mix(second + word * MIX_1) ^ first;
                word = 0;
                inWord = 0;
            }
        }
        first = mix(first ^ word) + second;
        second = mix(second + word * MIX_1) ^ first;
        high = mix(first);
        low = mix(second + first);
    }

    long high() {
        return high;
    }

    long low() {
        return low;
    }

    private static long mix(long value) {
        long mixed = value;
        mixed = (mixed ^ (mixed >>> 33)) * MIX_1;
        mixed = (mixed ^ (mixed >>> 33)) * MIX_2;
        return mixed ^ (mixed >>> 33);
    }
}
