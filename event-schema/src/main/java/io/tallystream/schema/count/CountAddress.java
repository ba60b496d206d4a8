package io.tallystream.schema.count;

import static java.util.Objects.requireNonNull;

/**
 * Names one count. The count under an address only ever grows, but where a user was erased.
 *
 * @param member which one of the dimension; the empty string for {@link Dimension#TOTAL}
 */
public record CountAddress(Metric metric, Window window, Dimension dimension, String member) {
    /** Requires all parts. */
    public CountAddress {
        requireNonNull(metric, "metric");
        requireNonNull(window, "window");
        requireNonNull(dimension, "dimension");
        requireNonNull(member, "member");
    }

    /** The address of a total. */
    public static CountAddress ofTotal(Metric metric, Window window) {
        return new CountAddress(metric, window, Dimension.TOTAL, "");
    }

    /** Which counts it is kept with, and so for how long. */
    public RetentionClass retentionClass() {
        return RetentionClass.of(window.granularity(), dimension);
    }
}
