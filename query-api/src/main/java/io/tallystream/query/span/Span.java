package io.tallystream.query.span;

import io.tallystream.schema.count.Granularity;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Windows that follow one another.
 *
 * @param buckets at least one, ascending
 * @param range by which name they were asked for; empty: by their ends
 */
public record Span(Granularity granularity, List<Bucket> buckets, Optional<String> range) {
    /** Copies the list. */
    public Span {
        buckets = List.copyOf(buckets);
    }

    /** When the first window begins. */
    public Instant from() {
        return buckets.get(0).start();
    }

    /** When the last window ends. */
    public Instant to() {
        return buckets.get(buckets.size() - 1).end();
    }
}
