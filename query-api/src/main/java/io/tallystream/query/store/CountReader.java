package io.tallystream.query.store;

import static java.util.Objects.requireNonNull;

import io.lettuce.core.RedisException;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import io.tallystream.runtime.lifecycle.DaemonThreads;
import io.tallystream.runtime.management.Health;
import io.tallystream.runtime.redis.RedisConnector;
import io.tallystream.runtime.redis.RedisLink;
import io.tallystream.schema.redis.CountKeys;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Counts in Redis, for reading, and the little that is kept beside them. Thread-safe; all reads of all callers share one
 * connection, whose commands are pipelined. Never blocks: stages complete on a thread of the Redis client, with a
 * {@link RedisException} when Redis is away or too slow.
 */
public final class CountReader implements AutoCloseable {
    private static final Logger LOGGER = LoggerFactory.getLogger(CountReader.class);
    /**
     * How long an answer may take unless told otherwise. With the look for a session before it, it is there within two
     * seconds.
     */
    public static final Duration ANSWER_LIMIT = Duration.ofMillis(1_400);

    private static final Duration COMMAND_MARGIN = Duration.ofMillis(100);
    private static final int MAX_COMMANDS_UNDER_WAY = 100_000;
    private static final long PROBE_MS = 1_000;
    private static final long CONNECT_RETRY_MS = 200;
    // More than that within one answer, and somebody raises it without end.
    private static final int MAX_SWITCHES = 5;

    private final RedisConnector connector;
    private final String prefix;
    private final int partitions;
    private final Duration limit;
    private final ScheduledExecutorService probe =
            Executors.newSingleThreadScheduledExecutor(new DaemonThreads("redis-probe"));
    private volatile RedisLink link;
    // As it was last seen; an answer that rests on an old one is made again.
    private volatile CountKeys keys;
    private volatile Health health = Health.down("not connected yet");

    /**
     * Does not connect yet.
     *
     * @param prefix of all keys
     * @param partitions how many partitions count, at most
     * @throws IllegalArgumentException if the URI is none
     */
    public CountReader(String redisUri, String prefix, int partitions) {
        this(redisUri, prefix, partitions, ANSWER_LIMIT);
    }

    /**
     * Likewise, for somebody who has more or less patience.
     *
     * @param limit how long an answer may take
     */
    public CountReader(String redisUri, String prefix, int partitions, Duration limit) {
        this.prefix = requireNonNull(prefix, "prefix");
        this.partitions = partitions;
        this.limit = requireNonNull(limit, "limit");
        keys = new CountKeys(prefix, CountKeys.FIRST_GENERATION);
        // The probe connects anew: sooner than Lettuce, which waits up to half a minute, and also where Redis is gone
        // without a word.
        connector = new RedisConnector(redisUri, new RedisConnector.Limits(commandLimit(), MAX_COMMANDS_UNDER_WAY));
    }

    private Duration commandLimit() {
        return limit.plus(COMMAND_MARGIN);
    }

    /** Begins to connect, and tries until it succeeds. */
    public void start() {
        schedule(0);
    }

    /** Whether Redis answered last time. */
    public Health health() {
        return health;
    }

    /**
     * Answers a question from counts of one generation. Where all counts were made anew meanwhile, and the former ones may
     * be gone in part, the question is asked once more. Fails with a {@link RedisException} when that takes longer than an
     * answer may.
     *
     * @param question reads from the snapshot, and from nothing else
     */
    public <T> CompletionStage<Answer<T>> answer(Function<Snapshot, CompletionStage<T>> question) {
        return answer(question, MAX_SWITCHES)
                .toCompletableFuture()
                .orTimeout(limit.toMillis(), TimeUnit.MILLISECONDS)
                .exceptionally(failure -> {
                    throw failure instanceof TimeoutException
                            ? new RedisException("Redis took more than " + limit)
                            : asRedisException(failure);
                });
    }

    private <T> CompletionStage<Answer<T>> answer(Function<Snapshot, CompletionStage<T>> question, int switchesLeft) {
        RedisLink current = link;
        if (current == null) {
            return CompletableFuture.failedFuture(new RedisException("not connected to Redis"));
        }
        CountKeys used = keys;
        AnswerLink commands = new AnswerLink(current);
        CompletionStage<T> answer = question.apply(new Snapshot(commands, used, partitions));
        return stateBehind(answer, commands).thenCompose(state -> {
            if (state.generation() == used.generation()) {
                return answer.thenApply(value -> new Answer<>(value, state.generation(), state.rebuilding()));
            }
            return switchesLeft > 0
                    ? answer(question, switchesLeft - 1)
                    : CompletableFuture.failedFuture(new RedisException("counts are made anew all the time"));
        });
    }

    /** Which generation is live when all of an answer is read: it was whole until then. */
    private CompletionStage<State> stateBehind(CompletionStage<?> answer, AnswerLink commands) {
        if (!commands.link.isInOrder()) {
            return answer.thenCompose(any -> state(commands.link));
        }
        int sent = commands.sent.get();
        // Right behind the commands of the answer: where these were all, that saves a round trip.
        CompletionStage<State> state = state(commands.link);
        return answer.thenCompose(any -> commands.begun.get() == sent ? state : state(commands.link));
    }

    /** Asks for what is of no generation, such as a report. Fails as answers do. */
    public <T> CompletionStage<T> read(
            Function<RedisClusterAsyncCommands<String, String>, CompletionStage<T>> command) {
        RedisLink current = link;
        return current == null
                ? CompletableFuture.failedFuture(new RedisException("not connected to Redis"))
                : ask(current, command);
    }

    /**
     * Sends a command that changes what is of no generation, such as a session. Fails as answers do; whether the command was
     * done is not known then.
     */
    public <T> CompletionStage<T> write(
            Function<RedisClusterAsyncCommands<String, String>, CompletionStage<T>> command) {
        return read(command);
    }

    private record State(int generation, boolean rebuilding) {}

    /**
     * Sends the commands of one answer and counts them: those of which nobody can say yet that they are on their way have
     * begun, and are not sent.
     */
    private static final class AnswerLink implements Snapshot.Link {
        private final RedisLink link;
        private final AtomicInteger begun = new AtomicInteger();
        private final AtomicInteger sent = new AtomicInteger();

        AnswerLink(RedisLink link) {
            this.link = link;
        }

        @Override
        public <T> CompletionStage<T> ask(
                Function<RedisClusterAsyncCommands<String, String>, CompletionStage<T>> command) {
            begun.incrementAndGet();
            CompletionStage<T> reply = CountReader.ask(link, command);
            sent.incrementAndGet();
            return reply;
        }
    }

    private CompletionStage<State> state(RedisLink link) {
        CompletionStage<Long> rebuild = ask(link, redis -> redis.exists(CountKeys.rebuild(prefix)));
        return liveKeys(link).thenCombine(rebuild, (live, held) -> new State(live.generation(), held > 0));
    }

    private CompletionStage<CountKeys> liveKeys(RedisLink link) {
        return ask(link, redis -> redis.get(CountKeys.liveGeneration(prefix))).thenApply(text -> {
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

    private static <T> CompletionStage<T> ask(
            RedisLink link, Function<RedisClusterAsyncCommands<String, String>, CompletionStage<T>> command) {
        return CompletableFuture.completedFuture(link.commands())
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
            link.probe().toCompletableFuture().get(commandLimit().toMillis(), TimeUnit.MILLISECONDS);
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
}
