package io.tallystream.sink.redis;

import static java.util.Objects.requireNonNull;

import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisCommandTimeoutException;
import io.lettuce.core.RedisException;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.RedisURI;
import io.lettuce.core.ScoredValue;
import io.lettuce.core.SocketOptions;
import io.lettuce.core.ZAddArgs;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.async.RedisAsyncCommands;
import io.tallystream.schema.count.CountAddress;
import io.tallystream.schema.count.Retention;
import io.tallystream.schema.count.WindowCalendar;
import io.tallystream.schema.redis.CountKeys;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Counts in Redis, for writing. Every write is safe to repeat and to come late: a count never goes down ({@code ZADD GT}), and
 * every key gets its expiry in the same transaction. For one thread, except {@link #close}.
 */
public final class RedisCounts implements AutoCloseable {
    private static final Duration COMMAND_LIMIT = Duration.ofSeconds(5);
    private static final Duration BATCH_LIMIT = Duration.ofSeconds(10);

    private final RedisClient client;
    private final CountKeys keys;
    private final Retention retention;
    private final WindowCalendar calendar;
    private final Clock clock;
    private StatefulRedisConnection<String, String> connection;

    /** What is to be written to one key. */
    private record Entries(Optional<Instant> expiry, List<ScoredValue<String>> scores) {}

    /**
     * Does not connect yet.
     *
     * @throws IllegalArgumentException if the URI is none
     */
    public RedisCounts(String redisUri, CountKeys keys, Retention retention, WindowCalendar calendar, Clock clock) {
        RedisURI uri = RedisURI.create(redisUri);
        uri.setTimeout(COMMAND_LIMIT);
        this.keys = requireNonNull(keys, "keys");
        this.retention = requireNonNull(retention, "retention");
        this.calendar = requireNonNull(calendar, "calendar");
        this.clock = requireNonNull(clock, "clock");
        client = RedisClient.create(uri);
        // We connect anew ourselves: Lettuce would send commands again of which we no longer know.
        client.setOptions(ClientOptions.builder()
                .autoReconnect(false)
                .socketOptions(
                        SocketOptions.builder().connectTimeout(COMMAND_LIMIT).build())
                .disconnectedBehavior(ClientOptions.DisconnectedBehavior.REJECT_COMMANDS)
                .build());
    }

    /**
     * Refuses an address that has no place in Redis.
     *
     * @throws IllegalArgumentException if there is no such window
     */
    public void check(CountAddress address) {
        expiryOf(address);
    }

    /**
     * Writes counts, and returns when Redis has confirmed all. Leaves out those that have expired already. With nothing to write
     * it asks whether Redis is there.
     *
     * @throws IllegalArgumentException if one of them does not pass {@link #check}; none is written then
     * @throws RedisException if Redis has not confirmed; some may be written then, and all may be written again
     */
    public void write(Map<CountAddress, Long> counts) {
        try {
            Map<String, Entries> byKey = byKey(counts);
            List<RedisFuture<?>> replies = new ArrayList<>();
            RedisAsyncCommands<String, String> commands = connected().async();
            byKey.forEach((key, entries) -> send(commands, key, entries, replies));
            if (replies.isEmpty()) {
                replies.add(commands.ping());
            }
            connection.flushCommands();
            awaitAll(replies);
        } catch (RedisException e) {
            disconnect();
            throw e;
        }
    }

    /** Lets go of the connection; a write under way fails. Further calls do nothing. */
    @Override
    public void close() {
        client.shutdown(Duration.ZERO, COMMAND_LIMIT);
    }

    private Map<String, Entries> byKey(Map<CountAddress, Long> counts) {
        Instant now = clock.instant();
        Map<String, Entries> byKey = new HashMap<>();
        counts.forEach((address, value) -> {
            Entries entries =
                    byKey.computeIfAbsent(keys.key(address), key -> new Entries(expiryOf(address), new ArrayList<>()));
            entries.scores().add(ScoredValue.just(value, keys.member(address)));
        });
        byKey.values()
                .removeIf(entries ->
                        entries.expiry().isPresent() && !entries.expiry().get().isAfter(now));
        return byKey;
    }

    private Optional<Instant> expiryOf(CountAddress address) {
        return retention.expiryOf(address.window(), address.dimension(), calendar);
    }

    @SuppressWarnings("unchecked") // An array of a generic type cannot be made otherwise.
    private static void send(
            RedisAsyncCommands<String, String> commands, String key, Entries entries, List<RedisFuture<?>> replies) {
        replies.add(commands.multi());
        replies.add(commands.zadd(key, ZAddArgs.Builder.gt(), entries.scores().toArray(ScoredValue[]::new)));
        entries.expiry().ifPresent(expiry -> replies.add(commands.expireat(key, expiry)));
        replies.add(commands.exec());
    }

    private static void awaitAll(List<RedisFuture<?>> replies) {
        long deadline = System.nanoTime() + BATCH_LIMIT.toNanos();
        for (RedisFuture<?> reply : replies) {
            try {
                reply.get(Math.max(0, deadline - System.nanoTime()), TimeUnit.NANOSECONDS);
            } catch (ExecutionException e) {
                throw e.getCause() instanceof RedisException failure
                        ? failure
                        : new RedisCommandExecutionException(e.getCause());
            } catch (TimeoutException e) {
                throw new RedisCommandTimeoutException("no reply within " + BATCH_LIMIT);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new RedisException("interrupted", e);
            }
        }
    }

    private StatefulRedisConnection<String, String> connected() {
        if (connection == null) {
            connection = client.connect();
            connection.setAutoFlushCommands(false);
        }
        return connection;
    }

    private void disconnect() {
        if (connection != null) {
            connection.close();
            connection = null;
        }
    }
}
