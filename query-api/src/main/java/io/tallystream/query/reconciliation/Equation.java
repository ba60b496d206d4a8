package io.tallystream.query.reconciliation;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.Optional;

/**
 * Two numbers that have to agree.
 *
 * @param left what the first one is
 * @param relation {@code equals} or {@code at_most}
 * @param right what the second one is
 * @param sides both numbers; empty if one is kept no more
 * @param details where they disagree; some of the places, if there are many
 */
public record Equation(
        String left, String relation, String right, Optional<Sides> sides, Verdict verdict, List<String> details) {
    static final String EQUAL = "equals";
    static final String AT_MOST = "at_most";

    private static final int MAX_DETAILS = 10;

    /** Both numbers. */
    public record Sides(long left, long right) {
        /** Whether they are as they have to be. */
        boolean hold(String relation) {
            return relation.equals(EQUAL) ? left == right : left <= right;
        }
    }

    /** Requires all. */
    public Equation {
        requireNonNull(left, "left");
        requireNonNull(relation, "relation");
        requireNonNull(right, "right");
        requireNonNull(sides, "sides");
        requireNonNull(verdict, "verdict");
        details = List.copyOf(details.subList(0, Math.min(details.size(), MAX_DETAILS)));
    }

    /** Of numbers that are kept no more. */
    static Equation expired(String left, String relation, String right) {
        return new Equation(left, relation, right, Optional.empty(), Verdict.EXPIRED, List.of());
    }

    /** @param isFinal whether the numbers can change no more */
    static Equation of(String left, String relation, String right, Sides sides, List<String> details, boolean isFinal) {
        boolean holds = sides.hold(relation) && details.isEmpty();
        Verdict failed = isFinal ? Verdict.OFF : Verdict.OPEN;
        return new Equation(left, relation, right, Optional.of(sides), holds ? Verdict.BALANCED : failed, details);
    }
}
