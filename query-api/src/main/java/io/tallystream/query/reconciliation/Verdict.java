package io.tallystream.query.reconciliation;

import java.util.Locale;

/** What is to be said of an equation, or of all of them. The worst comes last. */
public enum Verdict {
    /** It cannot be judged: one of its sides is kept no more. */
    EXPIRED,
    /** It holds. */
    BALANCED,
    /** It does not hold, on a day that can still change: counts may be on their way. */
    OPEN,
    /** It does not hold. */
    OFF;

    private final String wireName = name().toLowerCase(Locale.ROOT);

    /** The name on the wire. */
    public String wireName() {
        return wireName;
    }
}
