package io.tallystream.query.stats;

import io.tallystream.schema.redis.Freshness;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** How old the counts of an answer are. */
final class FreshnessJson {
    private FreshnessJson() {}

    /** Null if it is not known. */
    static JsonObject of(Optional<Freshness> freshness, Instant now) {
        return freshness
                .map(known -> new JsonObject()
                        .put("complete_until", known.completeUntil().toString())
                        // Clocks of two machines are not the same.
                        .put(
                                "behind_ms",
                                Math.max(
                                        0,
                                        Duration.between(known.completeUntil(), now)
                                                .toMillis()))
                        .put("newest", known.newest().map(Instant::toString).orElse(null))
                        .put("lag", known.lag())
                        .put("partitions", known.partitions()))
                .orElse(null);
    }
}
