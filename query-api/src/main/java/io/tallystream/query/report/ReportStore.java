package io.tallystream.query.report;

import static java.util.Objects.requireNonNull;

import io.lettuce.core.RedisException;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.TransactionResult;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.async.RedisAsyncCommands;
import io.tallystream.query.store.CountReader;
import io.tallystream.runtime.lifecycle.DaemonThreads;
import io.tallystream.runtime.redis.RedisConnector;
import io.tallystream.runtime.redis.RedisServers;
import io.tallystream.schema.count.Window;
import io.tallystream.schema.count.WindowCalendar;
import io.tallystream.schema.redis.CountKeys;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;

/**
 * Reports in Redis: a hash for each day, with a field for each revision. Of several that make the same revision at a time, one is
 * first, and what it made stays. Thread-safe, never blocks; stages fail with a {@link RedisException} when Redis is away.
 */
final class ReportStore implements AutoCloseable {
    /** How long after its day a report is kept. */
    static final Duration KEPT = Duration.ofDays(365);

    /** How many revisions of a report are kept. */
    static final int REVISIONS = 10;

    private static final String POSTED = "posted";
    private static final Pattern REVISION = Pattern.compile("[1-9]\\d{0,8}");
    private static final Duration COMMAND_LIMIT = Duration.ofMillis(1_500);
    private static final int MAX_COMMANDS_UNDER_WAY = 100;
    private static final int MAX_WAITING = 100;

    private final CountReader reader;
    private final RedisConnector connector;
    private final String prefix;
    private final WindowCalendar calendar;
    // Transactions have a connection of their own, and one thread.
    private final ThreadPoolExecutor writer = new ThreadPoolExecutor(
            1, 1, 0, TimeUnit.SECONDS, new ArrayBlockingQueue<>(MAX_WAITING), new DaemonThreads("report-writer"));

    /**
     * Does not connect yet.
     *
     * @param reader through which it reads
     * @param prefix of all keys
     * @throws IllegalArgumentException if the URI is none
     */
    ReportStore(CountReader reader, String redisUri, String prefix, WindowCalendar calendar) {
        this.reader = requireNonNull(reader, "reader");
        this.prefix = requireNonNull(prefix, "prefix");
        this.calendar = requireNonNull(calendar, "calendar");
        connector = new RedisConnector(redisUri, new RedisConnector.Limits(COMMAND_LIMIT, MAX_COMMANDS_UNDER_WAY));
    }

    /** When the reports of a day are deleted. */
    Instant expiryOf(Window day) {
        return calendar.endOf(day).plus(KEPT);
    }

    /** The latest revision; empty if there is no report of that date. */
    CompletionStage<Optional<JsonObject>> latest(LocalDate date) {
        String key = CountKeys.dailyReport(prefix, date);
        return reader.read(redis -> redis.hkeys(key))
                .thenCompose(fields -> fields.stream()
                        .filter(field -> REVISION.matcher(field).matches())
                        .map(Integer::valueOf)
                        .max(Integer::compare)
                        .map(revision -> find(date, revision))
                        .orElseGet(() -> CompletableFuture.completedFuture(Optional.empty())));
    }

    /** That revision; empty if there is none, or it is kept no more. */
    CompletionStage<Optional<JsonObject>> find(LocalDate date, int revision) {
        String key = CountKeys.dailyReport(prefix, date);
        return reader.read(redis -> redis.hget(key, Integer.toString(revision)))
                .thenApply(text -> Optional.ofNullable(text).map(JsonObject::new));
    }

    /** The latest revision that was delivered; 0 if none was. */
    CompletionStage<Integer> posted(LocalDate date) {
        String key = CountKeys.dailyReport(prefix, date);
        return reader.read(redis -> redis.hget(key, POSTED))
                .thenApply(text -> text == null ? 0 : Integer.parseInt(text));
    }

    /**
     * Adds a revision, if there is none of that number yet.
     *
     * @return whether it was added; if not, another was first
     */
    CompletionStage<Boolean> add(Window day, int revision, JsonObject report) {
        return write(
                        day,
                        (redis, key) -> List.of(
                                redis.hsetnx(key, Integer.toString(revision), report.encode()),
                                redis.hdel(key, Integer.toString(revision - REVISIONS))))
                .thenApply(replies -> replies.<Boolean>get(0));
    }

    /** Notes that a revision was delivered. */
    CompletionStage<Void> addPosted(Window day, int revision) {
        return write(day, (redis, key) -> List.of(redis.hset(key, POSTED, Integer.toString(revision))))
                .thenAccept(any -> {});
    }

    private interface Commands {
        List<RedisFuture<?>> send(RedisAsyncCommands<String, String> redis, String key);
    }

    private CompletionStage<TransactionResult> write(Window day, Commands commands) {
        CompletableFuture<TransactionResult> written = new CompletableFuture<>();
        try {
            writer.execute(() -> {
                try {
                    written.complete(transact(day, commands));
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    written.completeExceptionally(new RedisException("closing", e));
                } catch (ExecutionException e) {
                    written.completeExceptionally(
                            e.getCause() instanceof RedisException known ? known : new RedisException(e.getCause()));
                } catch (TimeoutException e) {
                    written.completeExceptionally(new RedisException("no reply within " + COMMAND_LIMIT, e));
                } catch (RuntimeException e) {
                    written.completeExceptionally(e);
                }
            });
        } catch (RejectedExecutionException e) {
            written.completeExceptionally(new RedisException("too many reports wait to be written", e));
        }
        return written;
    }

    private TransactionResult transact(Window day, Commands commands)
            throws InterruptedException, ExecutionException, TimeoutException {
        String key = CountKeys.dailyReport(prefix, LocalDate.parse(day.label()));
        try (RedisServers servers = connector.connectToServers()) {
            StatefulRedisConnection<String, String> connection =
                    servers.holding(key).connection();
            RedisAsyncCommands<String, String> redis = connection.async();
            RedisFuture<String> begun = redis.multi();
            List<RedisFuture<?>> sent = commands.send(redis, key);
            RedisFuture<Boolean> expires = redis.expireat(key, expiryOf(day));
            RedisFuture<TransactionResult> result = redis.exec();
            connection.flushCommands();
            TransactionResult replies = result.get(COMMAND_LIMIT.toMillis(), TimeUnit.MILLISECONDS);
            for (RedisFuture<?> reply : sent) {
                reply.get(COMMAND_LIMIT.toMillis(), TimeUnit.MILLISECONDS);
            }
            begun.get(COMMAND_LIMIT.toMillis(), TimeUnit.MILLISECONDS);
            expires.get(COMMAND_LIMIT.toMillis(), TimeUnit.MILLISECONDS);
            return replies;
        }
    }

    @Override
    public void close() {
        writer.shutdownNow();
        connector.close();
    }
}
