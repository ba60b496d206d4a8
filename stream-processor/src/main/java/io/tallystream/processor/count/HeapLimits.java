package io.tallystream.processor.count;

/**
 * What one partition may keep in the heap from commit to commit, beside what it counts and the ids it has seen.
 *
 * @param keptUsers whose state is at hand without a look into their store, beside those who have changed since the last commit
 * @param heldValues of each {@link WriteBackStore} that are not on disk yet
 */
record HeapLimits(int keptUsers, int heldValues) {
    // Of the heap, for all partitions.
    private static final int USERS_SHARE = 8;
    private static final int VALUES_SHARE = 8;
    // With what points to them, names of 20 bytes, and the nine days for which windows are open by default.
    private static final int USER_BYTES = 600;
    private static final int VALUE_BYTES = 330;
    private static final int STORES = 2;
    private static final int MIN = 1_000;
    private static final int MAX_USERS = 100_000;
    // As many as a commit changes of users. All of them have to be on disk in much less time than a transaction may
    // take.
    private static final int MAX_VALUES = 50_000;

    /** For each of so many partitions in this process. */
    static HeapLimits forEachOf(int partitions) {
        return within(Runtime.getRuntime().maxMemory() / partitions);
    }

    /** For a partition that has this part of the heap. */
    static HeapLimits within(long heapBytes) {
        return new HeapLimits(
                clamp(heapBytes / USERS_SHARE / USER_BYTES, MAX_USERS),
                clamp(heapBytes / VALUES_SHARE / STORES / VALUE_BYTES, MAX_VALUES));
    }

    private static int clamp(long number, int max) {
        return (int) Math.max(MIN, Math.min(max, number));
    }
}
