package io.tallystream.benchmarks.load;

import java.util.Arrays;

/** How long things took. Immutable. */
public final class Latencies {
    private static final double NANOS_PER_MILLI = 1e6;

    private final long[] sorted;

    private Latencies(long[] sorted) {
        this.sorted = sorted;
    }

    /**
     * Copies them.
     *
     * @throws IllegalArgumentException if there are none
     */
    public static Latencies ofNanos(long[] nanos) {
        if (nanos.length == 0) {
            throw new IllegalArgumentException("nothing was timed");
        }
        long[] sorted = nanos.clone();
        Arrays.sort(sorted);
        return new Latencies(sorted);
    }

    /**
     * The milliseconds that this part of them took at most.
     *
     * @param part over 0 to 1, such as 0.99
     */
    public double millis(double part) {
        return sorted[(int) Math.ceil(part * sorted.length) - 1] / NANOS_PER_MILLI;
    }

    /** How many there are. */
    public int number() {
        return sorted.length;
    }
}
