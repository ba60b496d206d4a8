package io.tallystream.query.stats;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * Which members have been told already. Keeps 63 bits of a digest of each, 16 to 32 bytes, so that of a million members two
 * are taken for one in less than one of ten million exports. For one thread at a time.
 */
final class ToldMembers {
    private static final int FIRST_SLOTS = 4_096;
    private static final long TAKEN = 1;

    private final MessageDigest sha256;
    // Open addressing with linear probing; 0 is free.
    private long[] slots = new long[FIRST_SLOTS];
    private int size;

    ToldMembers() {
        try {
            sha256 = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e); // Every Java has it.
        }
    }

    boolean contains(String member) {
        return slots[slotOf(digest(member))] != 0;
    }

    void add(String member) {
        long digest = digest(member);
        int slot = slotOf(digest);
        if (slots[slot] == 0) {
            slots[slot] = digest;
            size++;
            if (size > slots.length / 2) {
                grow();
            }
        }
    }

    int size() {
        return size;
    }

    /** Where it is, or where it would be. */
    private int slotOf(long digest) {
        int slot = (int) (digest >>> Integer.SIZE) & (slots.length - 1);
        while (slots[slot] != 0 && slots[slot] != digest) {
            slot = (slot + 1) & (slots.length - 1);
        }
        return slot;
    }

    private void grow() {
        long[] old = slots;
        slots = new long[old.length * 2];
        for (long digest : old) {
            if (digest != 0) {
                slots[slotOf(digest)] = digest;
            }
        }
    }

    private long digest(String member) {
        return ByteBuffer.wrap(sha256.digest(member.getBytes(StandardCharsets.UTF_8)))
                        .getLong()
                | TAKEN;
    }
}
