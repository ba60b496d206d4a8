package io.tallystream.examples;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.concurrent.atomic.AtomicLong;

/** Counts what is dropped. Logs the first, the second, the fourth and so on: an outage does not fill the log. Thread-safe. */
final class Drops {
    private static final Logger LOGGER = System.getLogger(Drops.class.getName());

    private final AtomicLong number = new AtomicLong();

    void add(int calls, String reason) {
        long before = number.getAndAdd(calls);
        long now = before + calls;
        if (Long.highestOneBit(now) != Long.highestOneBit(before)) {
            LOGGER.log(Level.WARNING, "{0} calls are not reported so far, the last: {1}", Long.toString(now), reason);
        }
    }

    long number() {
        return number.get();
    }
}
