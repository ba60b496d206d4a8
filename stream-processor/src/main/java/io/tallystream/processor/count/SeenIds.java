package io.tallystream.processor.count;

import io.tallystream.schema.event.Utf8Slice;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * The ids of one partition's events that were appended within the horizon, as digests of 128 bits. Bounded: past a number of ids
 * the oldest are forgotten before their time. For one thread.
 */
final class SeenIds {
    private static final int FIRST_CAPACITY = 1_024;
    private static final int ENTRY_BYTES = 3 * Long.BYTES;
    private static final int MAX_PIECE_BYTES = 20_000 * ENTRY_BYTES;
    // Of the 64-bit finaliser of MurmurHash3.
    private static final long MIX_1 = 0xff51afd7ed558ccdL;
    private static final long MIX_2 = 0xc4ceb9fe1a85ec53L;
    private static final long SEED_1 = 0x9E3779B97F4A7C15L;
    private static final long SEED_2 = 0xD1B54A32D192ED03L;

    private final long horizonMs;
    private final int maxIds;
    private long[] high;
    private long[] low;
    private long[] appended;
    private int size;
    private long newestAppend = Long.MIN_VALUE;
    // Entries since the last commit, as they are written.
    private ByteBuffer added = ByteBuffer.allocate(FIRST_CAPACITY * ENTRY_BYTES);
    // The digest of the id in hand.
    private long idHigh;
    private long idLow;

    /**
     * @param horizonMs how far apart two appends of one id may be to be the same event
     * @param maxIds how many are remembered at most
     */
    SeenIds(long horizonMs, int maxIds) {
        this.horizonMs = horizonMs;
        this.maxIds = maxIds;
        allocate(FIRST_CAPACITY);
    }

    /** Whether this id was appended within the horizon already; if not it is remembered from now on. */
    boolean isDuplicate(Utf8Slice id, long appendMs) {
        digest(id);
        int slot = find(idHigh, idLow);
        boolean known = isTaken(slot) && Math.abs(appendMs - appended[slot]) <= horizonMs;
        if (!known) {
            put(slot, idHigh, idLow, appendMs);
            remember(idHigh, idLow, appendMs);
        }
        return known;
    }

    /**
     * What was remembered since the last call, to be given to {@link #restore} later, in pieces that Kafka takes as a record.
     */
    List<byte[]> takeAdded() {
        List<byte[]> pieces = new ArrayList<>();
        added.flip();
        while (added.hasRemaining()) {
            byte[] piece = new byte[Math.min(added.remaining(), MAX_PIECE_BYTES)];
            added.get(piece);
            pieces.add(piece);
        }
        added.clear();
        return pieces;
    }

    /** Remembers again what {@link #takeAdded} gave. */
    void restore(byte[] entries) {
        ByteBuffer in = ByteBuffer.wrap(entries);
        while (in.hasRemaining()) {
            long entryHigh = in.getLong();
            long entryLow = in.getLong();
            long appendMs = in.getLong();
            put(find(entryHigh, entryLow), entryHigh, entryLow, appendMs);
        }
    }

    /** Appends before this one can have no duplicate any more. */
    long forgottenBefore() {
        return newestAppend == Long.MIN_VALUE ? Long.MIN_VALUE : newestAppend - horizonMs;
    }

    int size() {
        return size;
    }

    /** Forgets all. */
    void clear() {
        allocate(FIRST_CAPACITY);
        size = 0;
        newestAppend = Long.MIN_VALUE;
        added.clear();
    }

    private void put(int slot, long entryHigh, long entryLow, long appendMs) {
        newestAppend = Math.max(newestAppend, appendMs);
        boolean isNew = !isTaken(slot);
        high[slot] = entryHigh;
        low[slot] = entryLow;
        appended[slot] = appendMs;
        if (isNew && ++size * 2 > high.length) {
            makeRoom();
        }
    }

    /** Drops what is past the horizon; what remains gets twice the room it needs. */
    private void makeRoom() {
        long keptFrom = forgottenBefore();
        int live = countFrom(keptFrom);
        while (live > maxIds) {
            // Halves the span that is kept, rather than to search for the one id that is the oldest.
            keptFrom += (newestAppend - keptFrom) / 2 + 1;
            live = countFrom(keptFrom);
        }
        long[] oldHigh = high;
        long[] oldLow = low;
        long[] oldAppended = appended;
        int capacity = FIRST_CAPACITY;
        while (capacity < live * 4L) {
            capacity *= 2;
        }
        allocate(capacity);
        size = 0;
        for (int i = 0; i < oldHigh.length; i++) {
            if (oldAppended[i] != 0 && oldAppended[i] >= keptFrom) {
                int slot = find(oldHigh[i], oldLow[i]);
                high[slot] = oldHigh[i];
                low[slot] = oldLow[i];
                appended[slot] = oldAppended[i];
                size++;
            }
        }
    }

    private int countFrom(long keptFrom) {
        int count = 0;
        for (long appendMs : appended) {
            count += appendMs != 0 && appendMs >= keptFrom ? 1 : 0;
        }
        return count;
    }

    private void remember(long entryHigh, long entryLow, long appendMs) {
        if (added.remaining() < ENTRY_BYTES) {
            added = ByteBuffer.allocate(added.capacity() * 2).put(added.flip());
        }
        added.putLong(entryHigh).putLong(entryLow).putLong(appendMs);
    }

    private int find(long entryHigh, long entryLow) {
        int mask = high.length - 1;
        int slot = (int) entryLow & mask;
        while (isTaken(slot) && (high[slot] != entryHigh || low[slot] != entryLow)) {
            slot = (slot + 1) & mask;
        }
        return slot;
    }

    private boolean isTaken(int slot) {
        return appended[slot] != 0;
    }

    private void allocate(int capacity) {
        high = new long[capacity];
        low = new long[capacity];
        appended = new long[capacity];
    }

    private void digest(Utf8Slice id) {
        byte[] bytes = id.array();
        long first = SEED_1 ^ id.length();
        long second = SEED_2 + id.length();
        long word = 0;
        int inWord = 0;
        for (int i = id.from(); i < id.to(); i++) {
            word = word << Byte.SIZE | (bytes[i] & 0xff);
            if (++inWord == Long.BYTES) {
                first = mix(first ^ word) + second;
                second = mix(second + word * MIX_1) ^ first;
                word = 0;
                inWord = 0;
            }
        }
        first = mix(first ^ word) + second;
        second = mix(second + word * MIX_1) ^ first;
        idHigh = mix(first);
        idLow = mix(second + first);
    }

    private static long mix(long value) {
        long mixed = value;
        mixed = (mixed ^ mixed >>> 33) * MIX_1;
        mixed = (mixed ^ mixed >>> 33) * MIX_2;
        return mixed ^ mixed >>> 33;
    }
}
