package io.tallystream.query.store;

import static java.util.Objects.requireNonNull;

import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisException;
import io.lettuce.core.RedisURI;
import io.lettuce.core.ScoredValue;
import io.lettuce.core.TimeoutOptions;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.async.RedisAsyncCommands;
import io.tallystream.runtime.management.Health;
import io.tallystream.schema.count.CountAddress;
import io.tallystream.schema.count.Dimension;
import io.tallystream.schema.count.Metric;
import io.tallystream.schema.count.Window;
import io.tallystream.schema.redis.CountKeys;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Counts in Redis, for reading. Thread-safe; all reads of all callers share one connection, whose commands are pipelined. Never
 * blocks: stages complete on a thread of the Redis client, with a {@link RedisException} when Redis is away or too slow.
 */
public final class CountReader implements AutoCloseable {
    private static final Logger LOGGER = LoggerFactory.getLogger(CountReader.class);
    private static final Duration COMMAND_LIMIT = Duration.ofMillis(1_500);
    private static final int MAX_COMMANDS_UNDER_WAY = 100_000;
    private static final long PROBE_MS = 1_000;
    private static final long CONNECT_RETRY_MS = 200;
    private static final Map<String, Metric> METRICS =
            Arrays.stream(Metric.values()).collect(Collectors.toUnmodifiableMap(Metric::wireName, Function.identity()));

    private final RedisClient client;
    private final CountKeys keys;
    private final ScheduledExecutorService probe = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "redis-probe");
        thread.setDaemon(true);
        return thread;
    });
    private volatile StatefulRedisConnection<String, String> connection;
    private volatile Health health = Health.down("not connected yet");

    /**
     * Does not connect yet.
     *
     * @throws IllegalArgumentException if the URI is none
     */
    public CountReader(String redisUri, CountKeys keys) {
        this.keys = requireNonNull(keys, "keys");
        RedisURI uri = RedisURI.create(redisUri);
        uri.setTimeout(COMMAND_LIMIT);
        client = RedisClient.create(uri);
        // The probe connects anew: sooner than Lettuce, which waits up to half a minute, and also where Redis is gone
        // without a word.
        client.setOptions(ClientOptions.builder()
                .autoReconnect(false)
                .disconnectedBehavior(ClientOptions.DisconnectedBehavior.REJECT_COMMANDS)
                .requestQueueSize(MAX_COMMANDS_UNDER_WAY)
                .timeoutOptions(TimeoutOptions.enabled(COMMAND_LIMIT))
                .build());
    }

    /** Begins to connect, and tries until it succeeds. */
    public void start() {
        schedule(0);
    }

    /** Whether Redis answered last time. */
    public Health health() {
        return health;
    }

    /** The totals of all metrics in a window; those without a count are not in the map. */
    public CompletionStage<Map<Metric, Long>> totals(Window window) {
        return ask(redis -> redis.zrangeWithScores(keys.totals(window), 0, -1)).thenApply(CountReader::byMetric);
    }

    /** The members of a dimension with the highest counts, highest first. */
    public CompletionStage<Map<String, Long>> top(Window window, Metric metric, Dimension dimension, int limit) {
        String key = keys.members(window, metric, dimension);
        return ask(redis -> redis.zrevrangeWithScores(key, 0, limit - 1L)).thenApply(CountReader::byMember);
    }

    /** One count; 0 if there is none. */
    public CompletionStage<Long> count(CountAddress address) {
        return ask(redis -> redis.zscore(keys.key(address), keys.member(address)))
                .thenApply(score -> score == null ? 0 : score.longValue());
    }

    @Override
    public void close() {
        probe.shutdownNow();
        client.shutdown(Duration.ZERO, COMMAND_LIMIT);
    }

    private <T> CompletionStage<T> ask(Function<RedisAsyncCommands<String, String>, CompletionStage<T>> command) {
        StatefulRedisConnection<String, String> current = connection;
        if (current == null) {
            return CompletableFuture.failedFuture(new RedisException("not connected to Redis"));
        }
        return CompletableFuture.completedFuture(current.async())
                .thenCompose(command)
                .exceptionally(failure -> {
                    throw asRedisException(failure);
                });
    }

    /** Lettuce fails the commands of a connection that breaks with whatever broke it, and cancels those of one that it closes. */
    private static RuntimeException asRedisException(Throwable failure) {
        Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
        if (cause instanceof RedisException known) {
            return known;
        }
        return cause instanceof IOException || cause instanceof CancellationException
                ? new RedisException("the connection to Redis has ended", cause)
                : new CompletionException(cause);
    }

    // A round that throws would end the probe; none does.
    @SuppressWarnings("FutureReturnValueIgnored")
    private void schedule(long delayMs) {
        probe.schedule(this::round, delayMs, TimeUnit.MILLISECONDS);
    }

    private void round() {
        Health before = health;
        try {
            if (connection == null) {
                connection = client.connect();
            }
            connection.sync().ping();
            health = Health.up("reached");
        } catch (RuntimeException e) { // Whatever it is, the next round may find it mended.
            health = Health.down("Redis: " + e.getMessage());
            disconnect();
        }
        if (before.up() != health.up()) {
            LOGGER.info("Redis: {}", health.detail());
        }
        if (!probe.isShutdown()) {
            schedule(connection == null ? CONNECT_RETRY_MS : PROBE_MS);
        }
    }

    // Nobody waits for the old connection to be closed.
    @SuppressWarnings("FutureReturnValueIgnored")
    private void disconnect() {
        StatefulRedisConnection<String, String> failed = connection;
        connection = null;
        if (failed != null) {
            failed.closeAsync();
        }
    }

    private static Map<Metric, Long> byMetric(List<ScoredValue<String>> scores) {
        Map<Metric, Long> totals = new EnumMap<>(Metric.class);
        for (ScoredValue<String> scored : scores) {
            Metric metric = METRICS.get(scored.getValue());
            // While versions are being exchanged, a newer one may count what this one does not know.
            if (metric != null) {
                totals.put(metric, (long) scored.getScore());
            }
        }
        return totals;
    }

    private static Map<String, Long> byMember(List<ScoredValue<String>> scores) {
        Map<String, Long> counts = new LinkedHashMap<>();
        scores.forEach(scored -> counts.put(scored.getValue(), (long) scored.getScore()));
        return counts;
    }
}
