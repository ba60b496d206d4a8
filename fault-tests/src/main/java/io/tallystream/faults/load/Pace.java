package io.tallystream.faults.load;

import java.util.concurrent.TimeUnit;

/** Spreads events over time, among all threads that ask. Time in which nobody could send is not made up for. Thread-safe. */
final class Pace {
    private final long nanosPerEvent;
    private long next = System.nanoTime();

    Pace(int eventsPerSecond) {
        nanosPerEvent = TimeUnit.SECONDS.toNanos(1) / eventsPerSecond;
    }

    /** Returns when as many may be sent. */
    void await(int events) throws InterruptedException {
        long mine;
        synchronized (this) {
            long now = System.nanoTime();
            next = next - now < 0 ? now : next;
            mine = next;
            next += events * nanosPerEvent;
        }
        TimeUnit.NANOSECONDS.sleep(mine - System.nanoTime());
    }
}
