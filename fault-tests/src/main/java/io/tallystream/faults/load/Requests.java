package io.tallystream.faults.load;

import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;

/** How requests went, of all clients together. Thread-safe. */
public final class Requests {
    private final Consumer<String> violations;
    private final Map<Integer, Long> byStatus = new TreeMap<>();
    private long unanswered;
    private long repeated;
    private long longestNanos;

    /** @param violations gets what must not be */
    public Requests(Consumer<String> violations) {
        this.violations = violations;
    }

    synchronized void answered(int status, long nanos) {
        byStatus.merge(status, 1L, Long::sum);
        longestNanos = Math.max(longestNanos, nanos);
        // 503 is an honest answer. All events keep the contract or are meant to break it, the key is right and
        // the rate is ours.
        if (status != 202 && status != 422 && status != 503) {
            wrong("a request was answered with " + status);
        }
    }

    synchronized void unanswered() {
        unanswered++;
    }

    synchronized void repeated() {
        repeated++;
    }

    void wrong(String what) {
        violations.accept(what);
    }

    /** Answers by status. */
    public synchronized Map<Integer, Long> byStatus() {
        return new TreeMap<>(byStatus);
    }

    /** Requests of which nobody heard again; each was sent again with the same ids. */
    public synchronized long unknown() {
        return unanswered;
    }

    /** Batches that were sent again though they were answered. */
    public synchronized long sentTwice() {
        return repeated;
    }

    /** The longest time to an answer. */
    public synchronized Duration longest() {
        return Duration.ofNanos(longestNanos);
    }
}
