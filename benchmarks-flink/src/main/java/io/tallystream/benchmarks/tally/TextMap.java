package io.tallystream.benchmarks.tally;

import io.tallystream.schema.event.Utf8Slice;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;

/** A hash map from text, as bytes, whose look-ups make no objects. For one thread. */
final class TextMap<V> {
    private final Map<Text, V> map = new HashMap<>();
    private final Text probe = new Text();

    private static final class Text {
        private byte[] bytes;
        private int from;
        private int to;
        private int hash;

        void set(byte[] newBytes, int newFrom, int newTo, int newHash) {
            bytes = newBytes;
            from = newFrom;
            to = newTo;
            hash = newHash;
        }

        @Override
        public int hashCode() {
            return hash;
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Text text
                    && hash == text.hash
                    && Arrays.equals(bytes, from, to, text.bytes, text.from, text.to);
        }
    }

    /** The value, or null. */
    V get(Utf8Slice key) {
        probe.set(key.array(), key.from(), key.to(), key.contentHash());
        return map.get(probe);
    }

    /** Adds a value under a key that is not there yet. */
    void add(Utf8Slice key, byte[] copyOfKey, V value) {
        Text text = new Text();
        text.set(copyOfKey, 0, copyOfKey.length, key.contentHash());
        map.put(text, value);
    }

    Collection<V> values() {
        return map.values();
    }

    int size() {
        return map.size();
    }

    void clear() {
        map.clear();
    }
}
