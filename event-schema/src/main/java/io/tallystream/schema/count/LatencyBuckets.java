package io.tallystream.schema.count;

import io.tallystream.schema.event.Event;
import java.util.Arrays;
import java.util.stream.LongStream;

/**
 * Buckets into which durations are sorted, so that percentiles can be read from counts. Each bucket holds the durations
 * above the bound of the one before it, up to and with its own. Single milliseconds up to 20; from there each bound is a
 * tenth above the one before, so that a bucket's middle is at most 5 % from any duration in it.
 */
public final class LatencyBuckets {
    private static final int SINGLE = 20;
    private static final double GROWTH = 1.1;
    private static final long MAX_MS = Event.MAX_DURATION_MS;
    private static final long[] UPPER_BOUNDS = upperBounds();
    // Most calls are this fast, and are looked up rather than searched.
    private static final byte[] FAST = fast();

    private LatencyBuckets() {}

    /** How many buckets there are. */
    public static int count() {
        return UPPER_BOUNDS.length;
    }

    /**
     * The bucket of a duration.
     *
     * @param millis 0 to {@link Event#MAX_DURATION_MS}
     */
    public static int indexOf(long millis) {
        if (millis < FAST.length) {
            return FAST[(int) millis] & 0xff;
        }
        return search(millis);
    }

    /** The longest duration in a bucket, in milliseconds. */
    public static long upperBound(int index) {
        return UPPER_BOUNDS[index];
    }

    /** The shortest duration in a bucket, in milliseconds. */
    public static long lowerBound(int index) {
        return index == 0 ? 0 : UPPER_BOUNDS[index - 1] + 1;
    }

    private static int search(long millis) {
        int found = Arrays.binarySearch(UPPER_BOUNDS, millis);
        return found >= 0 ? found : -found - 1;
    }

    private static long[] upperBounds() {
        LongStream single = LongStream.rangeClosed(0, SINGLE);
        LongStream growing = LongStream.iterate(
                SINGLE, bound -> bound < MAX_MS, bound -> Math.min(MAX_MS, (long) Math.floor(bound * GROWTH)));
        return LongStream.concat(single, LongStream.concat(growing.skip(1), LongStream.of(MAX_MS)))
                .toArray();
    }

    private static byte[] fast() {
        byte[] buckets = new byte[4_096];
        for (int millis = 0; millis < buckets.length; millis++) {
            buckets[millis] = (byte) search(millis);
        }
        return buckets;
    }
}
