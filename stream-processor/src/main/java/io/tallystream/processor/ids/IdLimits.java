package io.tallystream.processor.ids;

/**
 * What the ids of one partition may take in the heap.
 *
 * @param tableSlots of each of the two tables that the latest ids are in
 * @param runBytes of all that is kept in the heap of ids in files
 */
public record IdLimits(int tableSlots, long runBytes) {
    // Of the heap, for all partitions.
    private static final int HEAP_SHARE = 4;
    private static final int TABLES_SHARE = 4;
    private static final int MIN_SLOTS = 1_024;
    // Larger tables would be cleared and copied for longer than events should wait.
    private static final int MAX_SLOTS = 1 << 20;

    /** For each of so many partitions in this process. */
    public static IdLimits forEachOf(int partitions) {
        return within(Runtime.getRuntime().maxMemory() / HEAP_SHARE / partitions);
    }

    /** So that tables and runs together stay within that many bytes. */
    static IdLimits within(long heapBytes) {
        long slots = heapBytes / TABLES_SHARE / 2 / IdTable.SLOT_BYTES;
        int tableSlots = (int) Math.max(MIN_SLOTS, Math.min(MAX_SLOTS, slots));
        return new IdLimits(tableSlots, heapBytes - 2L * tableSlots * IdTable.SLOT_BYTES);
    }
}
