package io.tallystream.sink;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.tallystream.runtime.management.MeterSet;
import io.tallystream.sink.redis.RedisCounts;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/** What operators see of the sink. Written by one thread, read by any. */
final class SinkMeters implements AutoCloseable {
    private static final double MILLIS = 1_000;

    private final Clock clock;
    private final MeterSet meters;
    private final Map<String, Counter> retries = new HashMap<>();
    private final Counter records;
    private final Counter refused;
    private final Counter rewinds;
    private final DistributionSummary batchRecords;
    private final Timer batches;
    private volatile long lag;
    private volatile long newest;

    /** Registers them. */
    SinkMeters(MeterRegistry registry, RedisCounts counts, Clock clock) {
        meters = new MeterSet(registry);
        this.clock = clock;
        records = meters.add(Counter.builder("tallystream.sink.records")
                .description("Records of counts topics that Redis has confirmed")
                .register(meters.registry()));
        refused = meters.add(Counter.builder("tallystream.sink.undecodable")
                .description("Records of counts topics that are no counts, and were put on dead-letters")
                .register(meters.registry()));
        rewinds = meters.add(Counter.builder("tallystream.sink.rewinds")
                .description("Partitions that are read again because Redis did not have what was read before")
                .register(meters.registry()));
        batchRecords = meters.add(DistributionSummary.builder("tallystream.sink.batch.records")
                .description("Records that were written at once")
                .register(meters.registry()));
        batches = meters.add(Timer.builder("tallystream.sink.batches")
                .description(
                        "Batches, from the first command until Redis has confirmed all and the position behind them")
                .register(meters.registry()));
        meters.add(
                FunctionCounter.builder("tallystream.sink.keys.without.expiry", counts, RedisCounts::keysWithoutExpiry)
                        .description("Keys written that should have an expiry and have none: must be 0")
                        .register(meters.registry()));
        meters.add(Gauge.builder("tallystream.sink.lag", this, sink -> sink.lag)
                .description("Records that are not in Redis yet, of the partitions that this sink has")
                .register(meters.registry()));
        meters.add(Gauge.builder("tallystream.sink.freshness", this, SinkMeters::freshness)
                .description("Age of the newest count that Redis has confirmed")
                .baseUnit("seconds")
                .register(meters.registry()));
    }

    /** Redis has confirmed a batch. */
    void addBatch(Batch batch, Duration duration) {
        records.increment(batch.size());
        batchRecords.record(batch.size());
        batches.record(duration);
        newest = Math.max(newest, batch.newest());
    }

    /** Records are on dead-letters. */
    void addRefused(int more) {
        refused.increment(more);
    }

    /** What was tried has to be tried again. */
    void addRetry(String reason) {
        retries.computeIfAbsent(
                        reason,
                        name -> meters.add(Counter.builder("tallystream.sink.retries")
                                .description("Attempts to write that have to be repeated")
                                .tag("reason", name)
                                .register(meters.registry())))
                .increment();
    }

    /** A partition is read again. */
    void addRewind() {
        rewinds.increment();
    }

    /** How many records are not in Redis yet. */
    void lag(long now) {
        lag = now;
    }

    // Not a number as long as there is none.
    private double freshness() {
        long known = newest;
        return known == 0 ? Double.NaN : (clock.millis() - known) / MILLIS;
    }

    /** Takes them out of the registry. */
    @Override
    public void close() {
        meters.close();
    }
}
