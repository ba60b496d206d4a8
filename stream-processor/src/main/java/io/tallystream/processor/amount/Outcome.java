package io.tallystream.processor.amount;

import java.util.Locale;

/**
 * What became of a record of an event topic: exactly one of these, so that the books balance. The code goes over the wire
 * and never changes.
 */
public enum Outcome {
    ACCEPTED(0),
    DUPLICATE(1),
    LATE(2),
    FUTURE(3),
    INVALID(4);

    private static final Outcome[] BY_CODE = values();

    private final int code;
    private final String wireName = name().toLowerCase(Locale.ROOT);

    Outcome(int code) {
        this.code = code;
    }

    /** The outcome of that code. */
    public static Outcome of(int code) {
        return BY_CODE[code];
    }

    /** What it is over the wire. */
    public int code() {
        return code;
    }

    /** What it is called in counts. */
    public String wireName() {
        return wireName;
    }
}
