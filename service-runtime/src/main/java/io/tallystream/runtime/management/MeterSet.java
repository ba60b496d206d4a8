package io.tallystream.runtime.management;

import static java.util.Objects.requireNonNull;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.ArrayList;
import java.util.List;

/** Meters that leave their registry together. Thread-safe. */
public final class MeterSet implements AutoCloseable {
    private final MeterRegistry registry;
    private final List<Meter> meters = new ArrayList<>();
    private boolean closed;

    /** None yet. */
    public MeterSet(MeterRegistry registry) {
        this.registry = requireNonNull(registry, "registry");
    }

    /** Where they are to be registered. */
    public MeterRegistry registry() {
        return registry;
    }

    /**
     * Adds one that is registered there; after {@link #close} it leaves at once.
     *
     * @return the same
     */
    public synchronized <M extends Meter> M add(M meter) {
        if (closed) {
            registry.remove(meter);
        } else {
            meters.add(meter);
        }
        return meter;
    }

    /** Takes them out of the registry. */
    @Override
    public synchronized void close() {
        closed = true;
        meters.forEach(registry::remove);
        meters.clear();
    }
}
