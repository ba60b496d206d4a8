package io.tallystream.schema.count;

import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** By what a metric is split. */
public enum Dimension {
    /** Not at all; its one member is the empty string. */
    TOTAL,
    /** Member: the route template of a call. */
    ENDPOINT(Trait.NAMED, Trait.LIMITED),
    /** Member: how a call ended, in three digits or a word. */
    STATUS,
    /** Member: the status, a space, and the endpoint. */
    ENDPOINT_STATUS(Trait.PAIRED, Trait.LIMITED),
    /** Member: the upper bound of one of the {@link LatencyBuckets} in milliseconds, a space, and the endpoint. */
    ENDPOINT_LATENCY(Trait.PAIRED, Trait.LIMITED, Trait.OPTIONAL),
    /** Member: what became of a record, {@code accepted}, {@code duplicate}, {@code late}, {@code future} or {@code invalid}. */
    OUTCOME,
    /** Member: who. */
    USER(Trait.NAMED, Trait.OPTIONAL),
    /** Member: what was clicked. */
    PRODUCT(Trait.NAMED, Trait.LIMITED),
    /** Member: the path of a page. */
    PAGE(Trait.NAMED, Trait.LIMITED);

    /** What not all of them are. */
    private enum Trait {
        /** Its members come from outside. */
        NAMED,
        /** Its members are an endpoint with something else in front of it. */
        PAIRED,
        LIMITED,
        OPTIONAL
    }

    private final String wireName = name().toLowerCase(Locale.ROOT);
    private final boolean named;
    private final boolean paired;
    private final boolean limited;
    private final boolean optional;

    Dimension(Trait... traits) {
        List<Trait> all = List.of(traits);
        named = all.contains(Trait.NAMED);
        paired = all.contains(Trait.PAIRED);
        limited = all.contains(Trait.LIMITED);
        optional = all.contains(Trait.OPTIONAL);
    }

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

    /** The dimension that has the names in its members, itself for most; empty if they hold none that came from outside. */
    public Optional<Dimension> names() {
        if (paired) {
            return Optional.of(ENDPOINT);
        }
        return named ? Optional.of(this) : Optional.empty();
    }

    /** Whether its members are an endpoint with something else in front of it, and a space between the two. */
    public boolean isOfPairs() {
        return paired;
    }

    /** Whether the number of its members is limited, and the rest is counted under {@link OtherMember}. */
    public boolean isLimited() {
        return limited;
    }

    /** Whether an event that a metric counts may have no member of it, so that its members may add up to less than the total. */
    public boolean isOptional() {
        return optional;
    }
}
