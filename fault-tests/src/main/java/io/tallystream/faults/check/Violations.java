package io.tallystream.faults.check;

import static java.util.Objects.requireNonNull;

import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** What did not hold. Keeps the first {@value #KEPT} of them and counts all. Thread-safe. */
public final class Violations {
    private static final int KEPT = 100;

    private final Clock clock;
    private final Consumer<Violation> listener;
    private final List<Violation> first = new ArrayList<>();
    private long number;

    /**
     * One of them.
     *
     * @param detail what was seen
     */
    public record Violation(Instant time, Invariant invariant, String detail) {
        @Override
        public String toString() {
            return invariant + ": " + detail;
        }
    }

    /** @param listener hears of each at once, in the thread that has found it */
    public Violations(Clock clock, Consumer<Violation> listener) {
        this.clock = requireNonNull(clock, "clock");
        this.listener = requireNonNull(listener, "listener");
    }

    /** Notes that something did not hold. */
    public synchronized void add(Invariant invariant, String detail) {
        Violation violation = new Violation(clock.instant(), invariant, detail);
        number++;
        if (first.size() < KEPT) {
            first.add(violation);
            listener.accept(violation);
        }
    }

    /** How many there are. */
    public synchronized long number() {
        return number;
    }

    /** The first of them. */
    public synchronized List<Violation> first() {
        return List.copyOf(first);
    }
}
