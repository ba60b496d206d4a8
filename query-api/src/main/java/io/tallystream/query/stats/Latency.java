package io.tallystream.query.stats;

import static java.util.Objects.requireNonNull;

import io.tallystream.query.contract.Parameters;
import io.tallystream.query.contract.RefusedException;
import io.tallystream.query.span.Bucket;
import io.tallystream.query.span.Span;
import io.tallystream.query.store.Snapshot;
import io.tallystream.query.store.Stages;
import io.tallystream.schema.count.CountTable;
import io.tallystream.schema.count.Dimension;
import io.tallystream.schema.count.LatencyBuckets;
import io.tallystream.schema.count.Metric;
import io.tallystream.schema.count.Window;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.stream.IntStream;

/** How long the calls of an endpoint took. */
public final class Latency {
    // Of each window all buckets of the endpoint are read.
    private static final int MAX_WINDOWS = 400;

    private final Desk desk;

    /** Asks there. */
    public Latency(Desk desk) {
        this.desk = requireNonNull(desk, "desk");
    }

    /**
     * Percentiles of each window, and of all together.
     *
     * @throws RefusedException if the question has no answer
     */
    public CompletionStage<JsonObject> read(Parameters parameters) {
        Instant now = desk.now();
        String endpoint = parameters.text("endpoint");
        CountTable.Row row = Rows.require(Metric.LATENCY, Dimension.ENDPOINT_LATENCY);
        Span span = desk.spans().of(parameters, row, now);
        if (span.buckets().size() > MAX_WINDOWS) {
            throw RefusedException.unanswerable(
                    "too-many-windows",
                    "from",
                    "from is too far before to: latencies are answered for at most %d windows".formatted(MAX_WINDOWS));
        }
        return desk.json(
                now,
                snapshot -> Stages.all(span.buckets().stream()
                                .map(bucket -> bucketCounts(snapshot, bucket.window(), endpoint))
                                .toList())
                        .thenApply(counts -> json(endpoint, span, counts, now)));
    }

    /** How many calls of an endpoint fell into each of the latency buckets. */
    static CompletionStage<List<Long>> bucketCounts(Snapshot snapshot, Window window, String endpoint) {
        return snapshot.wholeCounts(
                window,
                Metric.LATENCY,
                Dimension.ENDPOINT_LATENCY,
                IntStream.range(0, LatencyBuckets.count())
                        .mapToObj(bucket -> Dimension.endpointLatencyMember(endpoint, bucket))
                        .toList());
    }

    private JsonObject json(String endpoint, Span span, List<List<Long>> counts, Instant now) {
        JsonArray data = new JsonArray();
        List<Long> sums = new ArrayList<>(Collections.nCopies(LatencyBuckets.count(), 0L));
        for (int i = 0; i < counts.size(); i++) {
            Bucket bucket = span.buckets().get(i);
            for (int j = 0; j < sums.size(); j++) {
                sums.set(j, sums.get(j) + counts.get(i).get(j));
            }
            data.add(new Percentiles(counts.get(i))
                    .putInto(new JsonObject().put("time", bucket.start().toString()))
                    .put("final", desk.spans().isFinal(bucket, now)));
        }
        JsonObject json = new JsonObject().put("endpoint", endpoint);
        span.range().ifPresent(range -> json.put("range", range));
        json.put("granularity", span.granularity().wireName())
                .put("from", span.from().toString())
                .put("to", span.to().toString());
        return new Percentiles(sums).putInto(json).put("data", data);
    }
}
