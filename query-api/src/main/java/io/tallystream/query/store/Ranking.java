package io.tallystream.query.store;

import java.util.List;

/**
 * A part of the members of a dimension, in the order of their counts.
 *
 * @param members how many there are in all
 */
public record Ranking(List<Entry> entries, long members) {
    /** A member with its count. */
    public record Entry(String member, long count) {}

    /** Copies the list. */
    public Ranking {
        entries = List.copyOf(entries);
    }

    /** In which order. Those with equal counts come in the order of their names, or in its reverse. */
    public enum Order {
        /** The least first. */
        ASCENDING,
        /** The greatest first. */
        DESCENDING
    }
}
