package io.tallystream.processor.count;

import java.util.Map;
import org.apache.kafka.streams.state.RocksDBConfigSetter;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.BloomFilter;
import org.rocksdb.Cache;
import org.rocksdb.LRUCache;
import org.rocksdb.Options;
import org.rocksdb.RocksDB;
import org.rocksdb.WriteBufferManager;

/**
 * Gives all stores of a process one block cache and one budget for writes, so that their memory does not grow with their number.
 *
 * <p>Up to a dozen partitions the budget for writes is more than the buffers of all stores, and so only a backstop: at its limit
 * RocksDB flushes whichever store is being written, however little that has to give, and the store ends up as thousands of tiny
 * files and waits for their compaction longer than a transaction may last.
 */
public final class BoundedRocksDb implements RocksDBConfigSetter {
    private static final long CACHE_BYTES = 64L * 1024 * 1024;
    private static final long WRITES_BYTES = 192L * 1024 * 1024;
    private static final long WRITE_BUFFER_BYTES = 4L * 1024 * 1024;
    private static final int BLOOM_BITS = 10;

    // For the life of the process, and so never closed.
    private static final Cache CACHE;
    private static final WriteBufferManager WRITES;

    static {
        // This class may be the first to need it.
        RocksDB.loadLibrary();
        CACHE = new LRUCache(CACHE_BYTES);
        // It wants a cache to charge what is written to. Not the one above: blocks would have to leave it.
        WRITES = new WriteBufferManager(WRITES_BYTES, new LRUCache(WRITES_BYTES));
    }

    // Held by the options of a store, and so not closed before them.
    private BloomFilter filter;

    @Override
    public void setConfig(String storeName, Options options, Map<String, Object> configs) {
        BlockBasedTableConfig table = (BlockBasedTableConfig) options.tableFormatConfig();
        filter = new BloomFilter(BLOOM_BITS);
        table.setBlockCache(CACHE);
        table.setCacheIndexAndFilterBlocks(true);
        table.setFilterPolicy(filter);
        options.setTableFormatConfig(table);
        options.setWriteBufferManager(WRITES);
        options.setWriteBufferSize(WRITE_BUFFER_BYTES);
        if (storeName.equals(EventCounter.USERS)) {
            // Each commit writes most users again, of the same size. Kept side by side, these values would fill one
            // buffer after another, to be sorted, flushed and compacted. RocksDB replaces them where they are, for a
            // store that has one writer at a time and no iterator beside it, which holds for this one.
            options.setInplaceUpdateSupport(true);
            options.setAllowConcurrentMemtableWrite(false);
        }
    }

    @Override
    public void close(String storeName, Options options) {
        filter.close();
    }
}
