package io.tallystream.runtime.management;

import static java.util.Objects.requireNonNull;

/**
 * How something is.
 *
 * @param detail a few words for the operator
 */
public record Health(boolean up, String detail) {
    /** Requires a detail. */
    public Health {
        requireNonNull(detail, "detail");
    }

    /** It works. */
    public static Health up(String detail) {
        return new Health(true, detail);
    }

    /** It does not work now. */
    public static Health down(String detail) {
        return new Health(false, detail);
    }
}
