package io.tallystream.schema.count;

import java.util.Locale;

/** What is counted. */
public enum Metric {
    /** API calls. */
    CALLS,
    /** Clicks on products. */
    CLICKS,
    /** Pages shown. */
    PAGE_VIEWS,
    /** Milliseconds for which pages were visible. */
    DWELL_MS,
    /** Dwell events, so that an average can be had. */
    DWELLS;

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
