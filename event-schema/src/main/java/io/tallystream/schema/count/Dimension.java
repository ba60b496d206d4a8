package io.tallystream.schema.count;

import java.util.Locale;

/** By what a metric is split. */
public enum Dimension {
    /** Not at all; its one member is the empty string. */
    TOTAL,
    /** Member: the route template of a call. */
    ENDPOINT,
    /** Member: how a call ended, in three digits or a word. */
    STATUS,
    /** Member: the status, a space, and the endpoint. */
    ENDPOINT_STATUS,
    /** Member: the upper bound of one of the {@link LatencyBuckets} in milliseconds, a space, and the endpoint. */
    ENDPOINT_LATENCY,
    /** Member: what became of a record, {@code accepted}, {@code duplicate}, {@code late}, {@code future} or {@code invalid}. */
    OUTCOME,
    /** Member: who. */
    USER,
    /** Member: what was clicked. */
    PRODUCT,
    /** Member: the path of a page. */
    PAGE;

    private final String wireName = name().toLowerCase(Locale.ROOT);

    /** The name on the wire. */
    public String wireName() {
        return wireName;
    }

    /**
     * The dimension with that name on the wire.
     *
     * @throws IllegalArgumentException if there is none
     */
    public static Dimension ofWireName(String wireName) {
        return WireNames.find(values(), Dimension::wireName, wireName, "dimension");
    }

    /** The member of {@link #ENDPOINT_STATUS} for a call of that endpoint with that status. */
    public static String endpointStatusMember(String endpoint, String status) {
        // The status first: it holds no space, so the first space ends it whatever the endpoint holds.
        return status + ' ' + endpoint;
    }

    /** The member of {@link #ENDPOINT_LATENCY} for a call of that endpoint that took as long as that bucket says. */
    public static String endpointLatencyMember(String endpoint, int bucket) {
        return Long.toString(LatencyBuckets.upperBound(bucket)) + ' ' + endpoint;
    }

    /** Whether its members are an endpoint with something else in front of it, and a space between the two. */
    public boolean isOfPairs() {
        return this == ENDPOINT_STATUS || this == ENDPOINT_LATENCY;
    }

    /** Whether the number of its members is limited, and the rest is counted under {@link OtherMember}. */
    public boolean isLimited() {
        return switch (this) {
            case ENDPOINT, ENDPOINT_STATUS, ENDPOINT_LATENCY, PRODUCT, PAGE -> true;
            case TOTAL, STATUS, OUTCOME, USER -> false;
        };
    }

    /** Whether an event that a metric counts may have no member of it, so that its members may add up to less than the total. */
    public boolean isOptional() {
        return switch (this) {
            case USER, ENDPOINT_LATENCY -> true;
            case TOTAL, ENDPOINT, STATUS, ENDPOINT_STATUS, OUTCOME, PRODUCT, PAGE -> false;
        };
    }
}
