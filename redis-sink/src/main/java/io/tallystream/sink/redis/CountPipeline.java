package io.tallystream.sink.redis;

import static java.util.Objects.requireNonNull;

import io.lettuce.core.RedisException;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.ScoredValue;
import io.lettuce.core.TransactionResult;
import io.lettuce.core.ZAddArgs;
import io.lettuce.core.api.async.RedisAsyncCommands;
import io.tallystream.runtime.redis.RedisServers;
import io.tallystream.schema.count.CountAddress;
import io.tallystream.schema.redis.CountKeys;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Writes counts to Redis, many at once. A count that is not erased never goes down ({@code ZADD GT}), and every key gets its
 * expiry in the same transaction. For one thread, except {@link #keysWithoutExpiry}.
 */
public final class CountPipeline {
    /** What a connection must be able to hold of commands without reply. */
    public static final int MAX_COMMANDS_UNDER_WAY = 16_384;

    // Then replies are awaited; Redis has enough to do meanwhile.
    private static final int SLICE_COMMANDS = 8_192;
    // Of one command: others wait for as long as it takes.
    private static final int MAX_MEMBERS = 1_000;
    // Then Redis is to begin: it works while the next are made.
    private static final int MEMBERS_BEFORE_FLUSH = 500;
    private static final Instant LONG_AGO = Instant.EPOCH.plusSeconds(1);

    private final CountPlacement placement;
    private final Duration replyLimit;
    private final AtomicLong keysWithoutExpiry = new AtomicLong();

    /** Commands under way, and those of their replies that say more than that all is well. */
    private record Slice(
            Replies replies, List<RedisFuture<TransactionResult>> transactions, List<RedisFuture<Boolean>> expiries) {}

    /**
     * Writes nothing yet.
     *
     * @param replyLimit how long Redis may take for some thousand commands
     */
    public CountPipeline(CountPlacement placement, Duration replyLimit) {
        this.placement = requireNonNull(placement, "placement");
        this.replyLimit = requireNonNull(replyLimit, "replyLimit");
    }

    /**
     * Takes away what is erased and writes the counts, leaving out those that have expired. Returns when Redis has confirmed all.
     *
     * @throws IllegalArgumentException if one of them does not pass {@link CountPlacement#check}; nothing is done then
     * @throws RedisException if Redis has not confirmed; all may be written again, over other connections
     */
    public void write(RedisServers servers, CountKeys keys, CountChanges changes) {
        Map<String, CountPlacement.Entries> byKey = placement.byKey(keys, changes.counts());
        erase(servers, keys, changes.erased());
        Slice slice = new Slice(new Replies(), new ArrayList<>(), new ArrayList<>());
        int unflushed = 0;
        for (Map.Entry<String, CountPlacement.Entries> entry : byKey.entrySet()) {
            List<ScoredValue<String>> scores = entry.getValue().scores();
            for (int from = 0; from < scores.size(); from += MAX_MEMBERS) {
                List<ScoredValue<String>> some = scores.subList(from, Math.min(scores.size(), from + MAX_MEMBERS));
                send(servers, entry.getKey(), entry.getValue().expiry(), some, slice);
                unflushed += some.size();
                if (slice.replies().size() > SLICE_COMMANDS) {
                    flushAndAwait(servers, slice);
                    unflushed = 0;
                } else if (unflushed >= MEMBERS_BEFORE_FLUSH) {
                    flush(servers);
                    unflushed = 0;
                }
            }
        }
        flushAndAwait(servers, slice);
    }

    private void erase(RedisServers servers, CountKeys keys, Set<CountAddress> erased) {
        if (erased.isEmpty()) {
            return;
        }
        Replies replies = new Replies();
        for (CountAddress address : erased) {
            String key = keys.key(address);
            replies.add(key, servers.holding(key).connection().async().zrem(key, keys.member(address)));
            if (replies.size() > SLICE_COMMANDS) {
                flushAndAwait(servers, replies);
            }
        }
        flushAndAwait(servers, replies);
    }

    /**
     * Removes the keys of these counts whole.
     *
     * @throws RedisException if Redis has not confirmed
     */
    void remove(RedisServers servers, CountKeys keys, Map<CountAddress, Long> counts) {
        Replies replies = new Replies();
        for (String key : placement.byKey(keys, counts).keySet()) {
            // Removes it, and takes no right that writing does not take.
            replies.add(key, servers.holding(key).connection().async().expireat(key, LONG_AGO));
            if (replies.size() > SLICE_COMMANDS) {
                flushAndAwait(servers, replies);
            }
        }
        flushAndAwait(servers, replies);
    }

    private static void flush(RedisServers servers) {
        servers.all().forEach(server -> server.connection().flushCommands());
    }

    private void flushAndAwait(RedisServers servers, Replies replies) {
        flush(servers);
        replies.awaitAll(replyLimit);
    }

    private void flushAndAwait(RedisServers servers, Slice slice) {
        flushAndAwait(servers, slice.replies());
        for (RedisFuture<TransactionResult> transaction : slice.transactions()) {
            if (Awaited.reply(transaction, replyLimit).wasDiscarded()) {
                throw RedisFault.discarded();
            }
        }
        for (RedisFuture<Boolean> expiry : slice.expiries()) {
            if (!Awaited.reply(expiry, replyLimit)) {
                keysWithoutExpiry.incrementAndGet();
            }
        }
        slice.transactions().clear();
        slice.expiries().clear();
    }

    // One server answers for a key, so that a transaction is possible in a Cluster, too.
    @SuppressWarnings("unchecked") // An array of a generic type cannot be made otherwise.
    private static void send(
            RedisServers servers, String key, Optional<Instant> expiry, List<ScoredValue<String>> scores, Slice slice) {
        RedisAsyncCommands<String, String> commands =
                servers.holding(key).connection().async();
        Replies replies = slice.replies();
        replies.add(key, commands.multi());
        replies.add(key, commands.zadd(key, ZAddArgs.Builder.gt(), scores.toArray(ScoredValue[]::new)));
        expiry.ifPresent(time -> slice.expiries().add(replies.keep(key, commands.expireat(key, time))));
        slice.transactions().add(replies.keep(key, commands.exec()));
    }

    /** How many keys were written that should have an expiry and have none. */
    public long keysWithoutExpiry() {
        return keysWithoutExpiry.get();
    }
}
