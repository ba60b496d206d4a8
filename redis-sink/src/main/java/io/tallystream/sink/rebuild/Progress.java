package io.tallystream.sink.rebuild;

import java.time.Duration;
import java.util.Locale;

/**
 * How far a rebuild has come.
 *
 * @param records read so far
 * @param expected how many there are to read at most; topics that were compacted have fewer
 */
public record Progress(long records, long covered, long expected, Duration elapsed) {
    private static final double PERCENT = 100;

    /** {@code 1,200,000 records, 48 %, 230,000/s, 6 s left}. */
    @Override
    public String toString() {
        double seconds = Math.max(1e-3, elapsed.toNanos() / 1e9);
        double share = expected == 0 ? 1 : Math.min(1.0, (double) covered / expected);
        double left = covered == 0 ? Double.NaN : seconds * (expected - covered) / covered;
        return String.format(
                Locale.ROOT,
                "%,d records, %.0f %%, %,.0f/s, %s",
                records,
                share * PERCENT,
                records / seconds,
                Double.isNaN(left) ? "time left unknown" : "%.0f s left".formatted(Math.max(0, left)));
    }
}
