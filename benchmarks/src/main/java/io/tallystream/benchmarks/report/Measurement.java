package io.tallystream.benchmarks.report;

import java.util.OptionalDouble;
import java.util.OptionalLong;

/**
 * What one contender came to in one round.
 *
 * @param figure in the unit of the comparison
 * @param cpuMicros processor time for each event or request, if it was measured
 * @param peakBytes of memory that its process had at most, if it has one of its own
 */
public record Measurement(double figure, OptionalDouble cpuMicros, OptionalLong peakBytes) {
    /** Requires a figure. */
    public Measurement {
        if (!Double.isFinite(figure)) {
            throw new IllegalArgumentException("a figure is finite, not " + figure);
        }
    }

    /** Without costs. */
    public static Measurement of(double figure) {
        return new Measurement(figure, OptionalDouble.empty(), OptionalLong.empty());
    }

    /**
     * With what a process spent on it.
     *
     * @param number of events or requests that the time was spent on
     */
    public static Measurement of(double figure, ProcessUsage.Spent spent, long number) {
        return new Measurement(
                figure,
                OptionalDouble.of(spent.cpu().toNanos() / 1e3 / number),
                spent.peakBytes() > 0 ? OptionalLong.of(spent.peakBytes()) : OptionalLong.empty());
    }
}
