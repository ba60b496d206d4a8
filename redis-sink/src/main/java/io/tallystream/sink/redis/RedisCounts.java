package io.tallystream.sink.redis;

import static java.util.Objects.requireNonNull;

import io.lettuce.core.RedisException;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.ScoredValue;
import io.lettuce.core.TransactionResult;
import io.lettuce.core.ZAddArgs;
import io.lettuce.core.api.async.RedisAsyncCommands;
import io.tallystream.runtime.redis.RedisConnector;
import io.tallystream.runtime.redis.RedisServers;
import io.tallystream.schema.count.CountAddress;
import io.tallystream.schema.count.Granularity;
import io.tallystream.schema.count.Retention;
import io.tallystream.schema.count.Window;
import io.tallystream.schema.count.WindowCalendar;
import io.tallystream.schema.redis.CountKeys;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Counts in Redis, for writing. Every write is safe to repeat and to come late: a count never goes down ({@code ZADD GT}), and
 * every key gets its expiry in the same transaction.
 *
 * <p>Beside the counts it keeps, on every server, how far each partition has been written. These positions follow the counts into
 * Redis, so a Redis that has lost counts (emptied, an old replica, an old backup) has lost or old positions, too. They are
 * compared with each write: what Redis lost is noticed by the write that comes next, whether or not the connection broke.
 *
 * <p>Writes the generation that is live when it connects, and finds with each write whether it still is; if not, that is as if
 * Redis did not hold what it held.
 *
 * <p>For one thread, except {@link #close} and {@link #keysWithoutExpiry}.
 */
public final class RedisCounts implements AutoCloseable {
    /** What a connection must be able to hold of commands without reply. */
    public static final int MAX_COMMANDS_UNDER_WAY = 16_384;

    // Then replies are awaited; Redis has enough to do meanwhile.
    private static final int SLICE_COMMANDS = 8_192;
    // Of one command: others wait for as long as it takes.
    private static final int MAX_MEMBERS = 1_000;
    private static final Duration REPLY_LIMIT = Duration.ofSeconds(5);
    private static final int MAX_KNOWN_WINDOWS = 10_000;
    // What a double holds exactly, and a score is one.
    private static final long MAX_COUNT = 1L << 53;
    // The last that RFC 3339 can write, and small enough for Redis.
    private static final Instant LAST_EXPIRY = Instant.parse("9999-12-31T23:59:59Z");

    private static final Logger LOGGER = LoggerFactory.getLogger(RedisCounts.class);

    private final RedisConnector connector;
    private final Retention retention;
    private final WindowCalendar calendar;
    private final Clock clock;
    private final boolean allowEviction;
    private final Map<Window, Instant> ends = new HashMap<>();
    private final AtomicLong keysWithoutExpiry = new AtomicLong();
    // What each server is known to hold, by the tag of its keys.
    private final Map<String, Map<TopicPartition, Long>> known = new HashMap<>();
    // Of the generation that was live when this connected.
    private CountKeys keys;
    private RedisServers link;

    /** What is to be written to one key. */
    private record Entries(Optional<Instant> expiry, List<ScoredValue<String>> scores) {}

    /** Commands under way, and those of their replies that say more than that all is well. */
    private record Slice(
            Replies replies, List<RedisFuture<TransactionResult>> transactions, List<RedisFuture<Boolean>> expiries) {}

    /**
     * Does not connect yet.
     *
     * @param connector is closed with this
     * @param allowEviction whether a Redis will do that may evict keys
     */
    public RedisCounts(
            RedisConnector connector,
            CountKeys keys,
            Retention retention,
            WindowCalendar calendar,
            Clock clock,
            boolean allowEviction) {
        this.connector = requireNonNull(connector, "connector");
        this.keys = requireNonNull(keys, "keys");
        this.retention = requireNonNull(retention, "retention");
        this.calendar = requireNonNull(calendar, "calendar");
        this.clock = requireNonNull(clock, "clock");
        this.allowEviction = allowEviction;
    }

    /**
     * Refuses a count that has no place in Redis.
     *
     * @throws IllegalArgumentException if there is no such window, or the count is more than 2<sup>53</sup>
     */
    public void check(CountAddress address, long count) {
        if (count > MAX_COUNT) {
            throw new IllegalArgumentException("a count of more than 2^53 cannot be kept exactly: " + count);
        }
        expiryOf(address);
    }

    /**
     * Connects, unless it is connected.
     *
     * @return whether it has just connected: what Redis holds may be another thing than before
     * @throws RedisFault if it cannot
     * @throws EvictingRedisException if a server may evict keys and must not
     */
    public boolean connect() {
        if (link != null) {
            return false;
        }
        try {
            link = connector.connectToServers();
            keys = keys.ofGeneration(LiveGeneration.read(link, keys.prefix()));
            for (RedisServers.Server server : link.all()) {
                requireKept(server);
            }
            return true;
        } catch (RedisFault | EvictingRedisException e) {
            disconnect();
            throw e;
        } catch (RedisException e) {
            disconnect();
            throw RedisFault.whileConnecting(e);
        }
    }

    private void requireKept(RedisServers.Server server) {
        Optional<String> policy = EvictionCheck.policy(server.connection(), REPLY_LIMIT);
        if (policy.isEmpty()) {
            LOGGER.warn("Redis does not tell its maxmemory-policy; counts are lost if it is not noeviction");
        } else if (!policy.get().equals(EvictionCheck.KEEPS_ALL)) {
            if (!allowEviction) {
                throw new EvictingRedisException(policy.get());
            }
            LOGGER.warn(
                    "Redis loses counts when its memory is full: maxmemory-policy is {} and REDIS_ALLOW_EVICTION is true",
                    policy.get());
        }
    }

    /** Lets go of the connections; the next call makes others. */
    public void disconnect() {
        known.clear();
        if (link != null) {
            link.close();
            link = null;
        }
    }

    /**
     * Up to which offset each of those partitions is in Redis with certainty: 0 for one that is not. To be asked before the first
     * {@link #write} of a partition's counts, and again after each {@link #connect}.
     *
     * @throws RedisFault if Redis has not answered; disconnected then
     */
    public Map<TopicPartition, Long> applied(Collection<TopicPartition> partitions) {
        Map<TopicPartition, Long> lowest = new HashMap<>();
        if (partitions.isEmpty()) {
            return lowest;
        }
        orDisconnect(() -> {
            connect();
            for (RedisServers.Server server : link.all()) {
                ask(server, List.copyOf(partitions)).forEach((partition, offset) -> {
                    lowest.merge(partition, offset, Math::min);
                    knownOn(server).put(partition, offset);
                });
            }
        });
        return lowest;
    }

    private Map<TopicPartition, Long> ask(RedisServers.Server server, List<TopicPartition> partitions) {
        RedisAsyncCommands<String, String> commands = server.connection().async();
        Replies replies = new Replies();
        Map<TopicPartition, RedisFuture<String>> asked = new HashMap<>();
        for (TopicPartition partition : partitions) {
            String key = applied(server, partition);
            asked.put(partition, replies.keep(key, commands.get(key)));
        }
        server.connection().flushCommands();
        replies.awaitAll(REPLY_LIMIT);
        Map<TopicPartition, Long> offsets = new HashMap<>();
        asked.forEach((partition, reply) -> {
            String offset = Replies.await(reply, REPLY_LIMIT);
            if (offset == null) {
                // Now, so that it is there to be missed when Redis is emptied during the first write.
                String key = applied(server, partition);
                replies.add(key, commands.set(key, "0"));
            }
            offsets.put(partition, offset == null ? 0 : offset(applied(server, partition), offset));
        });
        server.connection().flushCommands();
        replies.awaitAll(REPLY_LIMIT);
        return offsets;
    }

    private static long offset(String key, String text) {
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException e) {
            throw RedisFault.alien(key, "not an offset: " + text, e);
        }
    }

    /**
     * Writes counts and nothing else: positions are neither compared nor set.
     *
     * @throws IllegalArgumentException if one of them does not pass {@link #check}; none is written then
     * @throws RedisFault if Redis has not confirmed; some may be written then, and all may be written again
     */
    public void write(Map<CountAddress, Long> counts) {
        write(counts, Map.of());
    }

    /**
     * Writes counts, leaving out those that have expired already, and then, when Redis has confirmed all, the positions behind
     * them. With nothing to write it asks whether Redis is there and holds what it held.
     *
     * @param positions the offset after the last record of each partition that is in Redis once these counts are. Those of which
     *     {@link #applied} was not asked since the last {@link #connect} are left out.
     * @return false if Redis does not hold what it held after the last write; positions are not written then. Disconnected then
     *     as after a fault
     * @throws IllegalArgumentException if one of them does not pass {@link #check}; none is written then
     * @throws RedisFault if Redis has not confirmed; disconnected then. Some may be written, and all may be written again
     */
    public boolean write(Map<CountAddress, Long> counts, Map<TopicPartition, Long> positions) {
        Map<String, Entries> byKey = byKey(counts);
        boolean[] held = {true};
        orDisconnect(() -> {
            connect();
            writeCounts(byKey);
            // A rebuild may have made another live. What it has not, the sink then finds by its positions.
            held[0] = LiveGeneration.read(link, keys.prefix()) == keys.generation();
            // All are asked before any is written: the lowest is what counts.
            for (RedisServers.Server server : link.all()) {
                held[0] &= holdsWhatItHeld(server, positions);
            }
            for (RedisServers.Server server : link.all()) {
                held[0] = held[0] && writePositions(server, changed(server, positions));
            }
            if (!held[0]) {
                // What is watched must not stay so: it would make the next transaction fail.
                disconnect();
            }
        });
        return held[0];
    }

    private void writeCounts(Map<String, Entries> byKey) {
        Slice slice = new Slice(new Replies(), new ArrayList<>(), new ArrayList<>());
        byKey.forEach((key, entries) -> {
            List<ScoredValue<String>> scores = entries.scores();
            for (int from = 0; from < scores.size(); from += MAX_MEMBERS) {
                send(key, entries.expiry(), scores.subList(from, Math.min(scores.size(), from + MAX_MEMBERS)), slice);
                if (slice.replies().size() > SLICE_COMMANDS) {
                    flushAndAwait(slice);
                }
            }
        });
        flushAndAwait(slice);
    }

    private void flushAndAwait(Slice slice) {
        link.all().forEach(server -> server.connection().flushCommands());
        slice.replies().awaitAll(REPLY_LIMIT);
        for (RedisFuture<TransactionResult> transaction : slice.transactions()) {
            if (Replies.await(transaction, REPLY_LIMIT).wasDiscarded()) {
                throw RedisFault.discarded();
            }
        }
        for (RedisFuture<Boolean> expiry : slice.expiries()) {
            if (!Replies.await(expiry, REPLY_LIMIT)) {
                keysWithoutExpiry.incrementAndGet();
            }
        }
        slice.transactions().clear();
        slice.expiries().clear();
    }

    // One server answers for a key, so that a transaction is possible in a Cluster, too.
    @SuppressWarnings("unchecked") // An array of a generic type cannot be made otherwise.
    private void send(String key, Optional<Instant> expiry, List<ScoredValue<String>> scores, Slice slice) {
        RedisAsyncCommands<String, String> commands =
                link.holding(key).connection().async();
        Replies replies = slice.replies();
        replies.add(key, commands.multi());
        replies.add(key, commands.zadd(key, ZAddArgs.Builder.gt(), scores.toArray(ScoredValue[]::new)));
        expiry.ifPresent(time -> slice.expiries().add(replies.keep(key, commands.expireat(key, time))));
        slice.transactions().add(replies.keep(key, commands.exec()));
    }

    /** After this the server refuses new positions if anybody changes the old ones, or all are lost, in between. */
    private boolean holdsWhatItHeld(RedisServers.Server server, Map<TopicPartition, Long> positions) {
        Map<TopicPartition, Long> known = knownOn(server);
        List<TopicPartition> ours =
                positions.keySet().stream().filter(known::containsKey).toList();
        RedisAsyncCommands<String, String> commands = server.connection().async();
        Replies replies = new Replies();
        if (ours.isEmpty()) {
            replies.add("", commands.ping());
            server.connection().flushCommands();
            replies.awaitAll(REPLY_LIMIT);
            return true;
        }
        String[] names =
                ours.stream().map(partition -> applied(server, partition)).toArray(String[]::new);
        if (!changed(server, positions).isEmpty()) {
            replies.add("", commands.watch(names));
        }
        var values = replies.keep("", commands.mget(names));
        server.connection().flushCommands();
        replies.awaitAll(REPLY_LIMIT);
        List<String> held = Replies.await(values, REPLY_LIMIT).stream()
                .map(value -> value.getValueOrElse(""))
                .toList();
        List<String> expected = ours.stream()
                .map(partition -> Long.toString(known.get(partition)))
                .toList();
        return held.equals(expected);
    }

    private Map<TopicPartition, Long> changed(RedisServers.Server server, Map<TopicPartition, Long> positions) {
        Map<TopicPartition, Long> known = knownOn(server);
        Map<TopicPartition, Long> changed = new HashMap<>(positions);
        changed.keySet().retainAll(known.keySet());
        changed.entrySet().removeIf(position -> position.getValue().equals(known.get(position.getKey())));
        return changed;
    }

    private boolean writePositions(RedisServers.Server server, Map<TopicPartition, Long> changed) {
        if (changed.isEmpty()) {
            return true;
        }
        Map<String, String> values = new HashMap<>();
        changed.forEach((partition, offset) -> values.put(applied(server, partition), Long.toString(offset)));
        RedisAsyncCommands<String, String> commands = server.connection().async();
        Replies replies = new Replies();
        replies.add("", commands.multi());
        RedisFuture<String> set = commands.mset(values);
        RedisFuture<TransactionResult> result = replies.keep("", commands.exec());
        server.connection().flushCommands();
        replies.awaitAll(REPLY_LIMIT);
        if (Replies.await(result, REPLY_LIMIT).wasDiscarded()) {
            return false;
        }
        replies.add("", set);
        replies.awaitAll(REPLY_LIMIT);
        knownOn(server).putAll(changed);
        return true;
    }

    /** How many keys were written that should have an expiry and have none. */
    public long keysWithoutExpiry() {
        return keysWithoutExpiry.get();
    }

    /** Lets go of the connections for good; a write under way fails. Further calls do nothing. */
    @Override
    public void close() {
        connector.close();
    }

    private Map<TopicPartition, Long> knownOn(RedisServers.Server server) {
        return known.computeIfAbsent(server.slotTag(), tag -> new HashMap<>());
    }

    private String applied(RedisServers.Server server, TopicPartition partition) {
        return keys.applied(server.slotTag(), partition.topic(), partition.partition());
    }

    private void orDisconnect(Runnable work) {
        try {
            work.run();
        } catch (RedisFault e) {
            disconnect();
            throw e;
        } catch (RedisException e) {
            disconnect();
            throw RedisFault.of("", e);
        }
    }

    private Map<String, Entries> byKey(Map<CountAddress, Long> counts) {
        Instant now = clock.instant();
        Map<String, Entries> byKey = new HashMap<>();
        counts.forEach((address, value) -> {
            check(address, value);
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
        Window window = address.window();
        if (window.granularity() == Granularity.LIFETIME) {
            if (!window.equals(Window.LIFETIME)) {
                throw new IllegalArgumentException("no window: " + window);
            }
            return Optional.empty();
        }
        try {
            Instant end = endOf(window);
            return retention.of(address.retentionClass()).map(kept -> limited(end.plus(kept), window));
        } catch (DateTimeException | ArithmeticException e) {
            throw new IllegalArgumentException("no window that could expire: " + window, e);
        }
    }

    private Instant endOf(Window window) {
        Instant end = ends.get(window);
        if (end == null) {
            end = calendar.endOf(window);
            if (ends.size() >= MAX_KNOWN_WINDOWS) {
                ends.clear();
            }
            ends.put(window, end);
        }
        return end;
    }

    private static Instant limited(Instant expiry, Window window) {
        if (expiry.isAfter(LAST_EXPIRY)) {
            throw new IllegalArgumentException("a window too far ahead: " + window);
        }
        return expiry;
    }
}
