package io.tallystream.processor.amount;

import io.tallystream.schema.event.Utf8Slice;
import java.util.function.BiConsumer;

/**
 * A hash map from text, as bytes, to objects, whose look-ups make no objects. Open addressing with linear probing. For one
 * thread.
 */
public final class SliceMap<V> {
    private static final int FIRST_CAPACITY = 1_024;
    // Of 4. Fuller tables probe long.
    private static final int MAX_LOAD = 2;

    private byte[][] keys;
    private int[] hashes;
    private Object[] values;
    private int size;

    /** An empty one. */
    public SliceMap() {
        allocate(FIRST_CAPACITY);
    }

    /** The value, or null. */
    public V get(Utf8Slice key) {
        return valueAt(find(key, key.contentHash()));
    }

    /** Adds a value under a key that is not there yet, which is copied. */
    public void add(Utf8Slice key, V value) {
        if ((size + 1) * 4 > keys.length * MAX_LOAD) {
            grow();
        }
        int hash = key.contentHash();
        int slot = find(key, hash);
        keys[slot] = key.toBytes();
        hashes[slot] = hash;
        values[slot] = value;
        size++;
    }

    /** How many entries there are. */
    public int size() {
        return size;
    }

    /** Shows all entries, in no order. */
    public void forEach(BiConsumer<byte[], V> visitor) {
        for (int slot = 0; slot < keys.length; slot++) {
            if (keys[slot] != null) {
                visitor.accept(keys[slot], valueAt(slot));
            }
        }
    }

    /** Forgets all, and gives back the room that many entries took. */
    public void clear() {
        if (size > 0) {
            allocate(FIRST_CAPACITY);
            size = 0;
        }
    }

    private int find(Utf8Slice key, int hash) {
        int mask = keys.length - 1;
        int slot = hash & mask;
        while (keys[slot] != null && (hashes[slot] != hash || !key.contentEquals(keys[slot]))) {
            slot = (slot + 1) & mask;
        }
        return slot;
    }

    private void grow() {
        byte[][] oldKeys = keys;
        int[] oldHashes = hashes;
        Object[] oldValues = values;
        allocate(oldKeys.length * 2);
        int mask = keys.length - 1;
        for (int old = 0; old < oldKeys.length; old++) {
            if (oldKeys[old] != null) {
                int slot = oldHashes[old] & mask;
                while (keys[slot] != null) {
                    slot = (slot + 1) & mask;
                }
                keys[slot] = oldKeys[old];
                hashes[slot] = oldHashes[old];
                values[slot] = oldValues[old];
            }
        }
    }

    private void allocate(int capacity) {
        keys = new byte[capacity][];
        hashes = new int[capacity];
        values = new Object[capacity];
    }

    @SuppressWarnings("unchecked") // Only values of this type are added.
    private V valueAt(int slot) {
        return (V) values[slot];
    }
}
