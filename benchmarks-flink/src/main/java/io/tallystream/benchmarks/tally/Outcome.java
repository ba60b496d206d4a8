package io.tallystream.benchmarks.tally;

import java.util.Locale;

/** What became of a record. Nothing here looks at ids, so none is a duplicate. */
public enum Outcome {
    /** It is counted. */
    ACCEPTED,
    /** It happened too long before its append. */
    LATE,
    /** It says to have happened too long after its append. */
    FUTURE,
    /** It is no event. */
    INVALID;

    private static final Outcome[] VALUES = values();

    private final String wireName = name().toLowerCase(Locale.ROOT);

    /** The one with that {@link #code}. */
    public static Outcome of(int code) {
        return VALUES[code];
    }

    /** A number for each, which means nothing beyond this run. */
    @SuppressWarnings("EnumOrdinal")
    public int code() {
        return ordinal();
    }

    /** The member of the dimension. */
    public String wireName() {
        return wireName;
    }
}
