package io.tallystream.processor.count;

import java.util.Locale;

/** What became of a record of an event topic: exactly one of these, so that the books balance. The code goes over the wire and never
 * changes. */
enum Outcome {
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

    static Outcome of(int code) {
        return BY_CODE[code];
    }

    int code() {
        return code;
    }

    String wireName() {
        return wireName;
    }
}
