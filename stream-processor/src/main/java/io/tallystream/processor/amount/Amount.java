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
    ACTIVE_USERS(7, true),
    /** Users on a day or one of the 6 before. */
    ACTIVE_USERS_7D(8, true),
    /** Users on a day or one of the 29 before. */
    ACTIVE_USERS_30D(9, true),
    NEW_USERS(10, true);

    private static final Amount[] BY_CODE = values();

    private final int code;
    private final boolean daily;

    Amount(int code) {
        this(code, false);
    }

    Amount(int code, boolean daily) {
        this.code = code;
        this.daily = daily;
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
        return daily;
    }
}
