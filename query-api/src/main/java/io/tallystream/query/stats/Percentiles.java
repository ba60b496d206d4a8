package io.tallystream.query.stats;

import io.tallystream.schema.count.LatencyBuckets;
import io.vertx.core.json.JsonObject;
import java.util.List;

/**
 * Percentiles of durations, from how many fell into each of the {@link LatencyBuckets}. Each is the middle of the bucket in
 * which the duration lies below or at which that part of all lie, and so at most 5 % from it. Immutable.
 */
final class Percentiles {
    private static final double HALF = 0.5;

    private final List<Long> counts;
    private final long total;

    /** @param counts one for each bucket */
    Percentiles(List<Long> counts) {
        this.counts = counts;
        this.total = counts.stream().mapToLong(Long::longValue).sum();
    }

    /** Of how many durations. */
    long total() {
        return total;
    }

    /**
     * In milliseconds; null if there were no durations.
     *
     * @param part above 0 and up to 1
     */
    Double of(double part) {
        if (total == 0) {
            return null;
        }
        long rank = Math.max(1, (long) Math.ceil(part * total));
        long below = 0;
        int bucket = -1;
        while (below < rank) {
            bucket++;
            below += counts.get(bucket);
        }
        return (LatencyBuckets.lowerBound(bucket) + LatencyBuckets.upperBound(bucket)) * HALF;
    }

    JsonObject putInto(JsonObject json) {
        return json.put("timed_calls", total)
                .put("p50", of(0.50))
                .put("p90", of(0.90))
                .put("p95", of(0.95))
                .put("p99", of(0.99));
    }
}
