package io.tallystream.query.stats;

import static java.util.Objects.requireNonNull;

import io.tallystream.query.contract.Parameters;
import io.tallystream.query.contract.RefusedException;
import io.tallystream.query.span.Bucket;
import io.tallystream.query.store.Ranking;
import io.tallystream.query.store.Snapshot;
import io.tallystream.schema.count.CountTable;
import io.tallystream.schema.count.Dimension;
import io.tallystream.schema.count.Granularity;
import io.tallystream.schema.count.Metric;
import io.tallystream.schema.count.Window;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** How calls ended, all of them or those of one endpoint. */
public final class StatusBreakdown {
    private final Desk desk;

    /** Asks there. */
    public StatusBreakdown(Desk desk) {
        this.desk = requireNonNull(desk, "desk");
    }

    /**
     * The calls of a window by status.
     *
     * @throws RefusedException if the question has no answer
     */
    public CompletionStage<JsonObject> read(Parameters parameters) {
        Instant now = desk.now();
        Optional<String> endpoint = parameters.find("endpoint");
        CountTable.Row row =
                Rows.require(Metric.CALLS, endpoint.isPresent() ? Dimension.ENDPOINT_STATUS : Dimension.STATUS);
        Bucket bucket = desk.spans().window(parameters, parameters.choice("granularity", Granularity::ofWireName), now);
        desk.spans().requireKept(bucket, row, "window", now);
        return desk.json(
                now,
                snapshot -> snapshot.statuses(bucket.window())
                        .thenCompose(
                                all -> endpoint.map(name -> ofEndpoint(snapshot, bucket.window(), name, all.entries()))
                                        .orElseGet(() -> CompletableFuture.completedFuture(all.entries())))
                        .thenApply(statuses -> json(endpoint, bucket, statuses, now)));
    }

    /**
     * The calls of one endpoint by status, the most frequent first.
     *
     * @param all those of all endpoints: it has no others
     */
    static CompletionStage<List<Ranking.Entry>> ofEndpoint(
            Snapshot snapshot, Window window, String endpoint, List<Ranking.Entry> all) {
        List<String> members = all.stream()
                .map(status -> Dimension.endpointStatusMember(endpoint, status.member()))
                .toList();
        return snapshot.wholeCounts(window, Metric.CALLS, Dimension.ENDPOINT_STATUS, members)
                .thenApply(counts -> {
                    List<Ranking.Entry> statuses = new ArrayList<>();
                    for (int i = 0; i < counts.size(); i++) {
                        if (counts.get(i) > 0) {
                            statuses.add(new Ranking.Entry(all.get(i).member(), counts.get(i)));
                        }
                    }
                    statuses.sort(Comparator.comparingLong(Ranking.Entry::count).reversed());
                    return statuses;
                });
    }

    private JsonObject json(Optional<String> endpoint, Bucket bucket, List<Ranking.Entry> statuses, Instant now) {
        long calls = statuses.stream().mapToLong(Ranking.Entry::count).sum();
        JsonArray data = new JsonArray();
        statuses.forEach(status -> data.add(new JsonObject()
                .put("status", status.member())
                .put("success", Shares.isSuccess(status.member()))
                .put("calls", status.count())
                .put("share", Shares.of(status.count(), calls))));
        JsonObject json = new JsonObject();
        endpoint.ifPresent(name -> json.put("endpoint", name));
        WindowJson.put(json, bucket, desk.spans().isFinal(bucket, now));
        return json.put("calls", calls)
                .put("success_rate", Shares.successRate(statuses))
                .put("data", data);
    }
}
