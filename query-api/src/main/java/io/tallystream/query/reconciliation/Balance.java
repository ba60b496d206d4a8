package io.tallystream.query.reconciliation;

import static java.util.Objects.requireNonNull;

import java.util.Comparator;
import java.util.List;

/**
 * What a day's counts say of each other.
 *
 * @param date of the day, {@code 2026-11-20}
 * @param isFinal whether no event can change it any more
 */
public record Balance(String date, boolean isFinal, List<Equation> equations) {
    /** Copies the list. */
    public Balance {
        requireNonNull(date, "date");
        equations = List.copyOf(equations);
    }

    /** The worst of those equations that can be judged; {@link Verdict#EXPIRED} if there is none. */
    public Verdict verdict() {
        return equations.stream()
                .map(Equation::verdict)
                .max(Comparator.naturalOrder())
                .orElse(Verdict.EXPIRED);
    }
}
