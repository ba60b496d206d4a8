package io.tallystream.processor.ids;

import java.nio.ByteBuffer;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;

/**
 * Seen ids in a store, from which they come back after a restart: some chunks for each commit, as old as the clock was then. For
 * one thread.
 */
public final class SeenChunks {
    // A search for old chunks costs more than to keep them for a while.
    private static final int REMOVALS_PER_HORIZON = 16;

    private final KeyValueStore<Bytes, byte[]> store;
    private final SeenIds seen;
    private final long removalIntervalMs;
    private long removedBefore;
    private long nextChunk;

    /**
     * @param store that nobody else writes to, logged
     * @param horizonMs as the ids have it
     */
    public SeenChunks(KeyValueStore<Bytes, byte[]> store, SeenIds seen, long horizonMs) {
        this.store = store;
        this.seen = seen;
        removalIntervalMs = horizonMs / REMOVALS_PER_HORIZON;
    }

    /** Gives all that is stored to the ids, which are to be empty. */
    public void restore() {
        try (KeyValueIterator<Bytes, byte[]> chunks = store.all()) {
            while (chunks.hasNext()) {
                KeyValue<Bytes, byte[]> chunk = chunks.next();
                seen.restore(chunk.value);
                nextChunk = Math.max(nextChunk, ByteBuffer.wrap(chunk.key.get()).getLong(Long.BYTES) + 1);
            }
        }
    }

    /** Stores what came since the last time, and removes now and then what is not needed any more. */
    public void save() {
        for (byte[] piece : seen.takeAdded()) {
            store.put(key(seen.clock(), nextChunk), piece);
            nextChunk++;
        }
        long neededFrom = seen.forgottenBefore();
        if (neededFrom > removedBefore + removalIntervalMs) {
            remove(neededFrom);
        }
    }

    private void remove(long neededFrom) {
        // Not from the beginning: there are the tombstones of what was removed before, and to pass them takes longer
        // and longer.
        Bytes from = key(removedBefore, 0);
        Bytes to = key(neededFrom - 1, Long.MAX_VALUE);
        try (KeyValueIterator<Bytes, byte[]> old = store.range(from, to)) {
            while (old.hasNext()) {
                store.delete(old.next().key);
            }
        }
        removedBefore = neededFrom;
    }

    /** Sorts by time. */
    private static Bytes key(long clock, long chunk) {
        return Bytes.wrap(ByteBuffer.allocate(2 * Long.BYTES)
                .putLong(Math.max(0, clock))
                .putLong(chunk)
                .array());
    }
}
