package io.tallystream.processor.ids;

/**
 * Says of most ids that were not added to it that they were not, and never of one that was: a Bloom filter whose bits for one id
 * are all in one block of a cache line's size. For one thread while ids are added, for any number after that.
 */
final class IdFilter {
    private static final int BITS_PER_ID = 12;
    private static final int BLOCK_LONGS = 8;
    private static final int BLOCK_BITS = BLOCK_LONGS * Long.SIZE;
    // Small enough not to need a place of its own in the heap, which may be hard to find.
    private static final int CHUNK_BLOCKS = 4_096;
    private static final int CHUNK_SHIFT = Integer.numberOfTrailingZeros(CHUNK_BLOCKS);
    private static final int BITS_PER_PROBE = 9;
    private static final int PROBES = 6;

    private final int blocks;
    private final long[][] chunks;

    /**
     * @param ids how many will be added at most
     */
    IdFilter(long ids) {
        blocks = blocksFor(ids);
        chunks = new long[(blocks + CHUNK_BLOCKS - 1) / CHUNK_BLOCKS][];
        for (int i = 0; i < chunks.length; i++) {
            chunks[i] = new long[Math.min(CHUNK_BLOCKS, blocks - i * CHUNK_BLOCKS) * BLOCK_LONGS];
        }
    }

    /** What a filter for so many ids takes. */
    static long bytesFor(long ids) {
        return (long) blocksFor(ids) * BLOCK_LONGS * Long.BYTES;
    }

    void add(long high, long low) {
        int block = block(low);
        long[] words = chunks[block >>> CHUNK_SHIFT];
        int at = (block & (CHUNK_BLOCKS - 1)) * BLOCK_LONGS;
        long bits = bits(high, low);
        for (int i = 0; i < PROBES; i++) {
            words[at + (int) (bits & (BLOCK_LONGS - 1))] |= 1L << (bits >>> 3);
            bits >>>= BITS_PER_PROBE;
        }
    }

    /** False: was not added. */
    boolean mayContain(long high, long low) {
        int block = block(low);
        long[] words = chunks[block >>> CHUNK_SHIFT];
        int at = (block & (CHUNK_BLOCKS - 1)) * BLOCK_LONGS;
        long bits = bits(high, low);
        long all = 1;
        // Without a way out: which of the bits is missing cannot be foretold, and a wrong guess costs more than all of
        // them.
        for (int i = 0; i < PROBES; i++) {
            all &= words[at + (int) (bits & (BLOCK_LONGS - 1))] >>> (bits >>> 3);
            bits >>>= BITS_PER_PROBE;
        }
        return all != 0;
    }

    private int block(long low) {
        return (int) (((low >>> Integer.SIZE) * blocks) >>> Integer.SIZE);
    }

    /** The halves of the digest that neither the block nor the order was chosen by. */
    private static long bits(long high, long low) {
        return (high << Integer.SIZE) | (low & 0xffff_ffffL);
    }

    private static int blocksFor(long ids) {
        return Math.toIntExact(Math.max(1, (ids * BITS_PER_ID + BLOCK_BITS - 1) / BLOCK_BITS));
    }
}
