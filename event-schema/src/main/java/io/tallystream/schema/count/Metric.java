package io.tallystream.schema.count;

import java.util.Locale;

/** What is counted. */
public enum Metric {
    /** API calls. */
    CALLS,
    /** API calls by how long they took; percentiles are read from it. Has no total, calls without a duration are not in it. */
    LATENCY,
    /** Clicks on products. */
    CLICKS,
    /** Pages shown. */
    PAGE_VIEWS,
    /** Milliseconds for which pages were visible. */
    DWELL_MS,
    /** Dwell events, so that an average can be had. */
    DWELLS,
    /** Users with any event on a day. */
    ACTIVE_USERS,
    /** Users with any event on a day or one of the 6 before. */
    ACTIVE_USERS_7D,
    /** Users with any event on a day or one of the 29 before. */
    ACTIVE_USERS_30D,
    /** Users whose first processed event fell on a day. */
    NEW_USERS,
    /** Records of the event topics, by when Kafka appended them. */
    EVENTS;

    private final String wireName = name().toLowerCase(Locale.ROOT);

    /** The name on the wire. */
    public String wireName() {
        return wireName;
    }

    /**
     * The metric with that name on the wire.
     *
     * @throws IllegalArgumentException if there is none
     */
    public static Metric ofWireName(String wireName) {
        return WireNames.find(values(), Metric::wireName, wireName, "metric");
    }
}
