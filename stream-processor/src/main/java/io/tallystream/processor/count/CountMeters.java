package io.tallystream.processor.count;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.tallystream.processor.amount.Outcome;
import io.tallystream.runtime.management.MeterSet;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What operators see of the counting. Records are added at each drain: what is thrown away with a transaction after its
 * drain, and is counted again, is in twice. Thread-safe, but for what it hands out to tasks.
 */
public final class CountMeters implements AutoCloseable {
    private static final String RECORDS = "tallystream.processor.records";
    private static final String DRAINED = "tallystream.processor.drained";

    private final MeterSet meters;
    private final Map<Outcome, Counter> outcomes = new EnumMap<>(Outcome.class);
    private final Counter rerouted;
    private final Counter forgotten;
    private final DistributionSummary drainedAmounts;
    private final DistributionSummary drainedUsers;
    private final DistributionSummary drainedCounts;
    private final Set<Task> tasks = ConcurrentHashMap.newKeySet();

    /** Registers them. */
    public CountMeters(MeterRegistry registry) {
        meters = new MeterSet(registry);
        for (Outcome outcome : Outcome.values()) {
            outcomes.put(
                    outcome,
                    meters.add(Counter.builder(RECORDS)
                            .description("Records of event topics, by what became of them")
                            .tag("outcome", outcome.wireName())
                            .register(meters.registry())));
        }
        rerouted = meters.add(Counter.builder("tallystream.processor.rerouted")
                .description("Records that were sent to the partition of their owner first")
                .register(meters.registry()));
        forgotten = meters.add(Counter.builder("tallystream.processor.ids.forgotten")
                .description("Ids that were forgotten within the horizon, for want of memory")
                .register(meters.registry()));
        drainedAmounts = drained("amounts");
        drainedUsers = drained("users");
        drainedCounts = drained("counts");
        meters.add(Gauge.builder(
                        "tallystream.processor.ids",
                        this,
                        count ->
                                count.tasks.stream().mapToLong(task -> task.ids).sum())
                .description("Ids that are remembered to find duplicates")
                .register(meters.registry()));
    }

    private DistributionSummary drained(String what) {
        return meters.add(DistributionSummary.builder(DRAINED)
                .description("What was in the heap of a task at a commit")
                .tag("what", what)
                .register(meters.registry()));
    }

    /** Takes them out of the registry. */
    @Override
    public void close() {
        meters.close();
    }

    /** For a task of the first phase, and its thread. */
    Task newTask() {
        return new Task();
    }

    /** A task of the second phase was drained. */
    void merged(int cells) {
        drainedCounts.record(cells);
    }

    /** What a task of the first phase has seen since its last drain. */
    final class Task {
        private final long[] seen = new long[Outcome.values().length];
        private long sentOn;
        private long forgottenBefore;
        private volatile long ids;

        void add(Outcome outcome) {
            seen[outcome.code()]++;
        }

        void addRerouted() {
            sentOn++;
        }

        /** Adds it to the meters. */
        void drain(int amounts, int users) {
            for (Outcome outcome : Outcome.values()) {
                outcomes.get(outcome).increment((double) seen[outcome.code()]);
            }
            rerouted.increment((double) sentOn);
            forget();
            drainedAmounts.record(amounts);
            drainedUsers.record(users);
            tasks.add(this);
        }

        /**
         * Tells of the ids of the task.
         *
         * @param early how many were ever forgotten within the horizon
         */
        void ids(long remembered, long early) {
            ids = remembered;
            forgotten.increment((double) Math.max(0, early - forgottenBefore));
            forgottenBefore = early;
        }

        /** Forgets it, and that there is this task. */
        void clear() {
            forget();
            forgottenBefore = 0;
            tasks.remove(this);
        }

        private void forget() {
            Arrays.fill(seen, 0);
            sentOn = 0;
        }
    }
}
