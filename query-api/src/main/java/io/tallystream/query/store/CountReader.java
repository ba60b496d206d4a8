package io.tallystream.query.store;

import static java.util.Objects.requireNonNull;

import io.lettuce.core.RedisException;
import io.lettuce.core.ScoredValue;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import io.tallystream.runtime.management.Health;
import io.tallystream.runtime.redis.RedisConnector;
import io.tallystream.runtime.redis.RedisLink;
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
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
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

    // More than that within one answer, and somebody raises it without end.
    private static final int MAX_SWITCHES = 5;

    private final RedisConnector connector;
    private final String prefix;
    private final ScheduledExecutorService probe = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "redis-probe");
        thread.setDaemon(true);
        return thread;
    });
    private volatile RedisLink link;
    // As it was last seen; an answer that rests on an old one is made again.
    private volatile CountKeys keys;
    private volatile Health health = Health.down("not connected yet");

    /**
     * Does not connect yet.
     *
     * @param prefix of all keys
     * @throws IllegalArgumentException if the URI is none
     */
    public CountReader(String redisUri, String prefix) {
        this.prefix = requireNonNull(prefix, "prefix");
        keys = new CountKeys(prefix, CountKeys.FIRST_GENERATION);
        // The probe connects anew: sooner than Lettuce, which waits up to half a minute, and also where Redis is gone
        // without a word.
        connector = new RedisConnector(redisUri, new RedisConnector.Limits(COMMAND_LIMIT, MAX_COMMANDS_UNDER_WAY));
    }

    /** Begins to connect, and tries until it succeeds. */
    public void start() {
        schedule(0);
    }

    /** Whether Redis answered last time. */
    public Health health() {
        return health;
    }

    /** Counts of one generation. Of no use after the answer that it was given for. */
    public final class Snapshot {
        private final CountKeys keys;

        private Snapshot(CountKeys keys) {
            this.keys = keys;
        }

        /** The totals of all metrics in a window; those without a count are not in the map. */
        public CompletionStage<Map<Metric, Long>> totals(Window window) {
            return ask(redis -> redis.zrangeWithScores(keys.totals(window), 0, -1))
                    .thenApply(CountReader::byMetric);
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
    }

    /**
     * Answers a question from counts of one generation. Where all counts were made anew meanwhile, and the former ones may be gone
     * in part, the question is asked once more.
     *
     * @param question reads from the snapshot, and from nothing else
     */
    public <T> CompletionStage<T> answer(Function<Snapshot, CompletionStage<T>> question) {
        return answer(question, MAX_SWITCHES);
    }

    private <T> CompletionStage<T> answer(Function<Snapshot, CompletionStage<T>> question, int switchesLeft) {
        CountKeys used = keys;
        return question.apply(new Snapshot(used))
                // Asked when all is read: what is live then was whole until then.
                .thenCompose(answer -> liveKeys().thenCompose(live -> {
                    if (live.generation() == used.generation()) {
                        return CompletableFuture.completedFuture(answer);
                    }
                    return switchesLeft > 0
                            ? answer(question, switchesLeft - 1)
                            : CompletableFuture.failedFuture(new RedisException("counts are made anew all the time"));
                }));
    }

    private CompletionStage<CountKeys> liveKeys() {
        return ask(redis -> redis.get(CountKeys.liveGeneration(prefix))).thenApply(text -> {
            try {
                keys = keys.ofGeneration(text == null ? CountKeys.FIRST_GENERATION : Integer.parseInt(text));
                return keys;
            } catch (NumberFormatException e) {
                throw new RedisException(CountKeys.liveGeneration(prefix) + " holds no number", e);
            }
        });
    }

    @Override
    public void close() {
        probe.shutdownNow();
        connector.close();
    }

    private <T> CompletionStage<T> ask(
            Function<RedisClusterAsyncCommands<String, String>, CompletionStage<T>> command) {
        RedisLink current = link;
        if (current == null) {
            return CompletableFuture.failedFuture(new RedisException("not connected to Redis"));
        }
        return CompletableFuture.completedFuture(current.commands())
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
            if (link == null) {
                link = connector.connect();
            }
            link.probe().toCompletableFuture().get(COMMAND_LIMIT.toMillis(), TimeUnit.MILLISECONDS);
            health = Health.up("reached");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException | RuntimeException e) { // The next round may find it mended.
            Throwable cause = e instanceof ExecutionException ? e.getCause() : e;
            health = Health.down("Redis: " + cause.getMessage());
            disconnect();
        }
        if (before.up() != health.up()) {
            LOGGER.info("Redis: {}", health.detail());
        }
        if (!probe.isShutdown()) {
            schedule(link == null ? CONNECT_RETRY_MS : PROBE_MS);
        }
    }

    private void disconnect() {
        RedisLink failed = link;
        link = null;
        if (failed != null) {
            failed.close();
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
