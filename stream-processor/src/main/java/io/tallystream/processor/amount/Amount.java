package io.tallystream.processor.amount;

/** What partitions add up before it is merged. The code goes over the wire between the two and never changes. */
public enum Amount {
    /** API calls; sub: status code. */
    CALLS(0),
    /** API calls; sub: latency bucket. */
    LATENCY(1),
    CLICKS(2),
    PAGE_VIEWS(3),
    DWELL_MS(4),
    DWELLS(5),
    /** Records of the event topics; sub: outcome. */
    EVENTS(6),
    /** Users on a day. */
    ACTIVE_USERS(7),
    /** Users on a day or one of the 6 before. */
    ACTIVE_USERS_7D(8),
    /** Users on a day or one of the 29 before. */
    ACTIVE_USERS_30D(9),
    NEW_USERS(10);

    private static final Amount[] BY_CODE = values();

    private final int code;

    Amount(int code) {
        this.code = code;
    }

    /** The amount of that code. */
    public static Amount of(int code) {
        return BY_CODE[code];
    }

    /** What it is over the wire. */
    public int code() {
        return code;
    }

    /** Whether its time is a day, counted from 1970; otherwise it is a minute, counted from 1970. */
    public boolean isDaily() {
        return code >= ACTIVE_USERS.code;
    }
}
