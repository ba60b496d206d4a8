package io.tallystream.ingest.http;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.concurrent.atomic.AtomicLong;

/** Memory that the bodies of all requests take together while they are read. Thread-safe. */
public final class BodyBudget {
    static final long MAX_BYTES = 64L * 1024 * 1024;

    private final AtomicLong taken = new AtomicLong();

    /** With nothing taken. */
    public BodyBudget(MeterRegistry meters) {
        Gauge.builder("tallystream.ingest.bodies", taken, AtomicLong::doubleValue)
                .baseUnit("bytes")
                .description("Memory of request bodies that are being read")
                .register(meters);
    }

    boolean take(int bytes) {
        if (taken.addAndGet(bytes) > MAX_BYTES) {
            taken.addAndGet(-bytes);
            return false;
        }
        return true;
    }

    void giveBack(int bytes) {
        taken.addAndGet(-bytes);
    }
}
