package io.tallystream.schema.count;

import java.util.Locale;

/** How long the windows of a count are. */
public enum Granularity {
    /** A minute of UTC, and so of any zone. */
    MINUTE,
    /** An hour of the zone's clock. */
    HOUR,
    /** A calendar day of the zone: 23, 24 or 25 hours. */
    DAY,
    /** One window without an end. */
    LIFETIME;

    private final String wireName = name().toLowerCase(Locale.ROOT);

    /** The name on the wire. */
    public String wireName() {
        return wireName;
    }

    /**
     * The granularity with that name on the wire.
     *
     * @throws IllegalArgumentException if there is none
     */
    public static Granularity ofWireName(String wireName) {
        return WireNames.find(values(), Granularity::wireName, wireName, "granularity");
    }
}
