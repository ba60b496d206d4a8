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

/** Gives all stores of a process one block cache and one budget for writes, so that their memory does not grow with their number. */
public final class BoundedRocksDb implements RocksDBConfigSetter {
    private static final long CACHE_BYTES = 64L * 1024 * 1024;
    private static final long WRITES_BYTES = 32L * 1024 * 1024;
    private static final long WRITE_BUFFER_BYTES = 8L * 1024 * 1024;
    private static final int BLOOM_BITS = 10;

    // For the life of the process, and so never closed.
    private static final Cache CACHE;
    private static final WriteBufferManager WRITES;

    static {
        // This class may be the first to need it.
        RocksDB.loadLibrary();
        CACHE = new LRUCache(CACHE_BYTES);
        WRITES = new WriteBufferManager(WRITES_BYTES, CACHE);
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
    }

    @Override
    public void close(String storeName, Options options) {
        filter.close();
    }
}
