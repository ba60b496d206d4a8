package io.tallystream.query.stats;

import static java.util.Objects.requireNonNull;

import io.lettuce.core.RedisCommandExecutionException;
import io.tallystream.query.store.CountReader;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.stream.Collectors;

/** How well what is behind the answers is. */
public final class Status {
    private final Desk desk;
    private final CountReader counts;
    private final int ingestPort;

    /** @param ingestPort where the gateway listens, as far as is known here */
    public Status(Desk desk, CountReader counts, int ingestPort) {
        this.desk = requireNonNull(desk, "desk");
        this.counts = requireNonNull(counts, "counts");
        this.ingestPort = ingestPort;
    }

    /** As it is now. */
    public CompletionStage<JsonObject> read() {
        Instant now = desk.now();
        CompletionStage<Map<String, String>> info = info();
        return desk.json(
                        now,
                        snapshot -> snapshot.freshness()
                                .thenApply(freshness ->
                                        new JsonObject().put("freshness", FreshnessJson.of(freshness, now))))
                .thenCombine(
                        info,
                        (status, redis) -> status.put("redis", redis(redis)).put("ingest_port", ingestPort));
    }

    /** What the server tells of itself; nothing if our user may not ask. */
    private CompletionStage<Map<String, String>> info() {
        return counts.read(redis -> redis.info())
                .thenApply(text -> text.lines()
                        .map(line -> line.split(":", 2))
                        .filter(pair -> pair.length == 2)
                        .collect(Collectors.toMap(pair -> pair[0], pair -> pair[1].strip(), (first, last) -> last)))
                .exceptionally(failure -> {
                    if (failure instanceof RedisCommandExecutionException
                            || failure.getCause() instanceof RedisCommandExecutionException) {
                        return Map.of();
                    }
                    throw new CompletionException(failure);
                });
    }

    private static JsonObject redis(Map<String, String> info) {
        return new JsonObject()
                .put("version", info.get("redis_version"))
                .put("used_memory_bytes", number(info.get("used_memory")))
                // It says 0 where there is no limit.
                .put("max_memory_bytes", "0".equals(info.get("maxmemory")) ? null : number(info.get("maxmemory")));
    }

    private static Long number(String text) {
        return text == null ? null : Long.valueOf(text);
    }
}
