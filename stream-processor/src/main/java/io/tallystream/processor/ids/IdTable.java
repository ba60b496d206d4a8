package io.tallystream.processor.ids;

import java.util.Arrays;

/**
 * The latest ids, in a hash table of fixed size: open addressing with linear probing, the append next to its digest, because a
 * look-up then touches one or two cache lines. An id may be in it with several appends. For one thread, and for any number while
 * none changes it.
 *
 * <p>An id's place grows with its digest, so the table is sorted but for its clusters, and {@link #cursor} has little to do.
 */
final class IdTable {
    private static final int LONGS = 3;
    /** What each slot takes. */
    static final int SLOT_BYTES = LONGS * Long.BYTES;

    // In percent. Fuller tables probe long.
    private static final int MAX_LOAD = 70;
    // Evenly spread digests stay far below. Digests made to collide must not make look-ups slow.
    private static final int MAX_PROBES = 1_024;
    // Makes all times but one that no clock shows different from 0, which marks a free slot.
    private static final long TAKEN = Long.MIN_VALUE;

    private final int capacity;
    private final int maxSize;
    private final long[] slots;
    private int size;

    IdTable(int capacity) {
        this.capacity = capacity;
        maxSize = maxSize(capacity);
        // Probing goes on behind the last place rather than round, which would break the order.
        slots = new long[(capacity + MAX_PROBES) * LONGS];
    }

    /** How many ids a table takes at most. */
    static int maxSize(int capacity) {
        return (int) Math.max(1, capacity * (long) MAX_LOAD / 100);
    }

    /** Whether the id was appended from one time to another, both included. */
    boolean contains(long high, long low, long from, long to) {
        int first = place(high) * LONGS;
        int end = first + MAX_PROBES * LONGS;
        for (int i = first; i < end && slots[i + 2] != 0; i += LONGS) {
            if (slots[i] == high && slots[i + 1] == low) {
                long append = slots[i + 2] ^ TAKEN;
                if (append >= from && append <= to) {
                    return true;
                }
            }
        }
        return false;
    }

    /** Adds an append, even of an id that is there; false if there is no room. */
    boolean add(long high, long low, long append) {
        if (size == maxSize) {
            return false;
        }
        int first = place(high) * LONGS;
        int end = first + MAX_PROBES * LONGS;
        for (int i = first; i < end; i += LONGS) {
            if (slots[i + 2] == 0) {
                slots[i] = high;
                slots[i + 1] = low;
                slots[i + 2] = append ^ TAKEN;
                size++;
                return true;
            }
        }
        return false;
    }

    int size() {
        return size;
    }

    int capacity() {
        return capacity;
    }

    /** The same ids with twice the room. */
    IdTable doubled() {
        IdTable doubled = new IdTable(capacity * 2);
        Cursor all = cursor();
        while (all.advance()) {
            // In sorted order an id goes no farther from its place than it stands from it here.
            if (!doubled.add(all.high(), all.low(), all.append())) {
                throw new IllegalStateException("more room is too little");
            }
        }
        return doubled;
    }

    /** Forgets all; keeps the room. */
    void clear() {
        Arrays.fill(slots, 0);
        size = 0;
    }

    /** Goes over all; the table must not change meanwhile. */
    Cursor cursor() {
        return new Cursor();
    }

    private int place(long high) {
        return (int) (((high >>> Integer.SIZE) * capacity) >>> Integer.SIZE);
    }

    /** Sorts one cluster at a time, since no id stands outside of that of its place. */
    final class Cursor implements IdCursor {
        private long[] cluster = new long[64 * LONGS];
        private int clusterEnd;
        private int at = -LONGS;
        private int nextSlot;

        @Override
        public boolean advance() {
            at += LONGS;
            if (at >= clusterEnd) {
                sortNextCluster();
                at = 0;
            }
            return clusterEnd > 0;
        }

        @Override
        public long high() {
            return cluster[at];
        }

        @Override
        public long low() {
            return cluster[at + 1];
        }

        @Override
        public long append() {
            return cluster[at + 2] ^ TAKEN;
        }

        private void sortNextCluster() {
            clusterEnd = 0;
            while (nextSlot < slots.length && slots[nextSlot + 2] == 0) {
                nextSlot += LONGS;
            }
            while (nextSlot < slots.length && slots[nextSlot + 2] != 0) {
                insert(slots[nextSlot], slots[nextSlot + 1], slots[nextSlot + 2]);
                nextSlot += LONGS;
            }
        }

        private void insert(long high, long low, long taken) {
            if (clusterEnd == cluster.length) {
                cluster = Arrays.copyOf(cluster, cluster.length * 2);
            }
            int to = clusterEnd;
            while (to > 0 && IdCursor.isBefore(high, low, cluster[to - LONGS], cluster[to - LONGS + 1])) {
                cluster[to] = cluster[to - LONGS];
                cluster[to + 1] = cluster[to - LONGS + 1];
                cluster[to + 2] = cluster[to - LONGS + 2];
                to -= LONGS;
            }
            cluster[to] = high;
            cluster[to + 1] = low;
            cluster[to + 2] = taken;
            clusterEnd += LONGS;
        }
    }
}
