package io.tallystream.processor.amount;

import java.util.Arrays;

/** A hash map from numbers to sums that makes no objects. Open addressing with linear probing. For one thread. */
public final class LongCells {
    private static final int MANY = 4_096;
    private static final long MIX = 0x9E3779B97F4A7C15L;

    private final int firstCapacity;
    private long[] keys;
    private long[] sums;
    private int shift;
    private int size;

    /** Sees each cell. */
    @FunctionalInterface
    public interface Visitor {
        void cell(long key, long sum);
    }

    /** For many. */
    public LongCells() {
        this(MANY);
    }

    /** For so many, a power of two, or more. */
    public LongCells(int firstCapacity) {
        this.firstCapacity = firstCapacity;
        allocate(firstCapacity);
    }

    /**
     * Adds to a cell, which begins at 0.
     *
     * @param key not 0
     */
    public void add(long key, long amount) {
        int mask = keys.length - 1;
        int slot = (int) ((key * MIX) >>> shift);
        while (keys[slot] != key) {
            if (keys[slot] == 0) {
                insert(slot, key, amount);
                return;
            }
            slot = (slot + 1) & mask;
        }
        sums[slot] += amount;
    }

    /** How many cells there are. */
    public int size() {
        return size;
    }

    /** Shows all cells, in no order. */
    public void forEach(Visitor visitor) {
        for (int slot = 0; slot < keys.length; slot++) {
            if (keys[slot] != 0) {
                visitor.cell(keys[slot], sums[slot]);
            }
        }
    }

    /** Forgets all; keeps its room unless that was far too much. */
    public void clear() {
        boolean roomy = keys.length > firstCapacity && size < keys.length / 16;
        if (roomy) {
            allocate(keys.length / 2);
        } else if (size > 0) {
            Arrays.fill(keys, 0);
        }
        size = 0;
    }

    private void insert(int slot, long key, long amount) {
        keys[slot] = key;
        sums[slot] = amount;
        size++;
        if (size * 2 > keys.length) {
            grow();
        }
    }

    private void grow() {
        long[] oldKeys = keys;
        long[] oldSums = sums;
        allocate(oldKeys.length * 2);
        int mask = keys.length - 1;
        for (int old = 0; old < oldKeys.length; old++) {
            if (oldKeys[old] != 0) {
                int slot = (int) ((oldKeys[old] * MIX) >>> shift);
                while (keys[slot] != 0) {
                    slot = (slot + 1) & mask;
                }
                keys[slot] = oldKeys[old];
                sums[slot] = oldSums[old];
            }
        }
    }

    private void allocate(int capacity) {
        keys = new long[capacity];
        sums = new long[capacity];
        shift = Long.SIZE - Integer.numberOfTrailingZeros(capacity);
    }
}
