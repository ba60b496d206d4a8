package io.tallystream.processor.count;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.processor.StateStore;
import org.apache.kafka.streams.processor.StateStoreContext;
import org.apache.kafka.streams.query.Position;
import org.apache.kafka.streams.state.KeyValueBytesStoreSupplier;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.StoreBuilder;
import org.apache.kafka.streams.state.Stores;

/**
 * A store on disk that holds what was written last in the heap, until that is much or the runtime commits the store. Each commit
 * writes most of the same keys again, several times a second, and only the last value of each is worth a write of RocksDB.
 *
 * <p>Loses nothing, because nobody relies on the disk in between: every write is in the changelog, within the transaction of its
 * commit. With exactly-once the runtime commits a store before it hands it over or closes it in order ({@link #commit}, KIP-1035:
 * offsets on disk are never of more than is there), and removes what a task that ended otherwise has on disk. With another
 * guarantee it would commit more often, and this be slower.
 *
 * <p>For one thread at a time, as the runtime has it for a task. There is nothing to be seen by interactive queries.
 */
final class WriteBackStore implements KeyValueStore<Bytes, byte[]> {
    // Of one batch, which RocksDB has in memory twice.
    private static final int BATCH = 1_000;

    private final KeyValueStore<Bytes, byte[]> disk;
    private final int maxHeld;
    // A null is a deletion.
    private final Map<Bytes, byte[]> held = new HashMap<>();

    /**
     * @param disk what holds the rest
     * @param maxHeld how many keys are held in the heap
     */
    WriteBackStore(KeyValueStore<Bytes, byte[]> disk, int maxHeld) {
        this.disk = disk;
        this.maxHeld = maxHeld;
    }

    /** Builds them over RocksDB, with a changelog and without a cache. */
    static StoreBuilder<KeyValueStore<Bytes, byte[]>> builder(String name, int maxHeld) {
        return Stores.keyValueStoreBuilder(
                        new Supplier(Stores.persistentKeyValueStore(name), maxHeld),
                        new Serdes.BytesSerde(),
                        new Serdes.ByteArraySerde())
                .withCachingDisabled()
                .withLoggingEnabled(Map.of());
    }

    @Override
    public byte[] get(Bytes key) {
        byte[] value = held.get(key);
        return value != null || held.containsKey(key) ? value : disk.get(key);
    }

    @Override
    public void put(Bytes key, byte[] value) {
        held.put(key, value);
        if (held.size() > maxHeld) {
            writeBack();
        }
    }

    @Override
    public byte[] putIfAbsent(Bytes key, byte[] value) {
        byte[] before = get(key);
        if (before == null) {
            put(key, value);
        }
        return before;
    }

    @Override
    public void putAll(List<KeyValue<Bytes, byte[]>> entries) {
        entries.forEach(entry -> put(entry.key, entry.value));
    }

    @Override
    public byte[] delete(Bytes key) {
        byte[] before = get(key);
        put(key, null);
        return before;
    }

    /** Begins with a write of all to the disk; what is written after it may be missing. */
    @Override
    public KeyValueIterator<Bytes, byte[]> range(Bytes from, Bytes to) {
        writeBack();
        return disk.range(from, to);
    }

    /** Begins with a write of all to the disk; what is written after it may be missing. */
    @Override
    public KeyValueIterator<Bytes, byte[]> all() {
        writeBack();
        return disk.all();
    }

    /** Of what is on disk. */
    @Override
    public long approximateNumEntries() {
        return disk.approximateNumEntries();
    }

    @Override
    public void commit(Map<TopicPartition, Long> changelogOffsets) {
        writeBack();
        disk.commit(changelogOffsets);
    }

    /** Forgets what was not committed: offsets on disk are of no more than is there. */
    @Override
    public void close() {
        held.clear();
        disk.close();
    }

    @Override
    public String name() {
        return disk.name();
    }

    @Override
    public void init(StateStoreContext context, StateStore root) {
        held.clear();
        disk.init(context, root);
    }

    @Override
    public Long committedOffset(TopicPartition partition) {
        return disk.committedOffset(partition);
    }

    @Override
    @SuppressWarnings("deprecation") // Until it is gone it has to be answered.
    public boolean managesOffsets() {
        return disk.managesOffsets();
    }

    @Override
    public Position getPosition() {
        return disk.getPosition();
    }

    @Override
    public boolean persistent() {
        return disk.persistent();
    }

    @Override
    public boolean isOpen() {
        return disk.isOpen();
    }

    private void writeBack() {
        List<KeyValue<Bytes, byte[]>> entries = new ArrayList<>(held.size());
        held.forEach((key, value) -> entries.add(KeyValue.pair(key, value)));
        // RocksDB finds the place of a key soon where the one before was near.
        entries.sort((a, b) -> a.key.compareTo(b.key));
        for (int from = 0; from < entries.size(); from += BATCH) {
            disk.putAll(entries.subList(from, Math.min(entries.size(), from + BATCH)));
        }
        held.clear();
    }

    private record Supplier(KeyValueBytesStoreSupplier onDisk, int maxHeld) implements KeyValueBytesStoreSupplier {
        @Override
        public String name() {
            return onDisk.name();
        }

        @Override
        public KeyValueStore<Bytes, byte[]> get() {
            return new WriteBackStore(onDisk.get(), maxHeld);
        }

        @Override
        public String metricsScope() {
            return onDisk.metricsScope();
        }
    }
}
