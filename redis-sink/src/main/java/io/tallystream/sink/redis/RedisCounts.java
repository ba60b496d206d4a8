package io.tallystream.sink.redis;

import static java.util.Objects.requireNonNull;

import io.lettuce.core.RedisException;
import io.lettuce.core.ScoredValue;
import io.lettuce.core.api.StatefulRedisConnection;
import io.tallystream.runtime.redis.RedisConnector;
import io.tallystream.runtime.redis.RedisServers;
import io.tallystream.schema.count.CountAddress;
import io.tallystream.schema.count.Retention;
import io.tallystream.schema.count.WindowCalendar;
import io.tallystream.schema.erasure.ErasureRequest;
import io.tallystream.schema.redis.CountKeys;
import io.tallystream.schema.redis.Freshness;
import java.time.Clock;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Counts in Redis, for writing. Every write is safe to repeat and to come late: a count that is not erased never goes down
 * ({@code ZADD GT}), and every key gets its expiry in the same transaction.
 *
 * <p>Beside the counts it keeps, on every server, how far each partition has been written. These positions follow the counts
 * into Redis, so a Redis that has lost counts (emptied, an old replica, an old backup) has lost or old positions, too. They
 * are compared with each write: what Redis lost is noticed by the write that comes next, whether or not the connection
 * broke.
 *
 * <p>Writes the generation that is live when it connects, and finds with each write whether it still is. If another is, it
 * takes away what it has just written, and which nobody reads.
 *
 * <p>For one thread, except {@link #close} and {@link #keysWithoutExpiry}.
 */
public final class RedisCounts implements AutoCloseable {
    private static final Duration REPLY_LIMIT = Duration.ofSeconds(5);
    // Longer than anybody would take it for the truth.
    private static final Duration FRESHNESS_KEPT = Duration.ofDays(1);

    private static final Logger LOGGER = LoggerFactory.getLogger(RedisCounts.class);

    private final RedisConnector connector;
    private final boolean allowEviction;
    private final Clock clock;
    private final CountPlacement placement;
    private final CountPipeline pipeline;
    // Of the generation that was live when this connected.
    private CountKeys keys;
    private RedisServers link;
    private AppliedPositions positions;

    /** What has become of a batch. */
    public enum Outcome {
        /** Redis holds it, and the positions behind it. */
        CONFIRMED,
        /** Redis does not hold what it held, or another sink has written: positions have to be compared again. */
        LOST,
        /**
         * The counts that are read now are others, made anew: the batch belongs there, and positions have to be compared
         * again.
         */
        OTHER_GENERATION
    }

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
        this.allowEviction = allowEviction;
        this.clock = requireNonNull(clock, "clock");
        placement = new CountPlacement(retention, calendar, clock);
        pipeline = new CountPipeline(placement, REPLY_LIMIT);
    }

    /**
     * Refuses a count that has no place in Redis.
     *
     * @throws IllegalArgumentException with the reason
     */
    public void check(CountAddress address, long count) {
        placement.check(address, count);
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
            positions = new AppliedPositions(link, keys);
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
        if (partitions.isEmpty()) {
            return Map.of();
        }
        return orDisconnect(() -> {
            connect();
            return positions.read(partitions);
        });
    }

    /**
     * Writes counts and nothing else: positions are neither compared nor set.
     *
     * @throws IllegalArgumentException if one of them does not pass {@link #check}; none is written then
     * @throws RedisFault if Redis has not confirmed; some may be written then, and all may be written again
     */
    public void write(Map<CountAddress, Long> counts) {
        write(new CountChanges(counts), Map.of());
    }

    /**
     * Takes away what is erased, writes counts, leaving out those that have expired already, and then, when Redis has
     * confirmed all, the positions behind them. With nothing to write it asks whether Redis is there and holds what it held.
     *
     * @param behind the offset after the last record of each partition that is in Redis once these counts are. Those of
     *     which {@link #applied} was not asked since the last {@link #connect} are left out.
     * @return whether Redis holds all; if not, it is disconnected as after a fault
     * @throws IllegalArgumentException if one of them does not pass {@link #check}; none is written then
     * @throws RedisFault if Redis has not confirmed; disconnected then. Some may be written, and all may be written again
     */
    public Outcome write(CountChanges changes, Map<TopicPartition, Long> behind) {
        return orDisconnect(() -> {
            connect();
            // A sink that was halted for longer than its session holds erasures that another one has carried out: to do
            // so again would take away what has been counted since.
            if (!changes.erased().isEmpty() && !positions.hold(behind.keySet())) {
                Outcome missed = liveGeneration() == keys.generation() ? Outcome.LOST : Outcome.OTHER_GENERATION;
                disconnect();
                return missed;
            }
            pipeline.write(link, keys, changes);
            Outcome outcome = outcome(changes.counts(), behind);
            if (outcome == Outcome.LOST && changes.concernUsers()) {
                // Another may have written meanwhile, and erased whom this brings back: it reads on from here once
                // more.
                positions.takeBack(behind.keySet());
            }
            if (outcome != Outcome.CONFIRMED) {
                // What is watched must not stay so: it would make the next transaction fail.
                disconnect();
            }
            return outcome;
        });
    }

    /**
     * Tells those who read the counts how fresh they are. Does nothing where there is no connection.
     *
     * @param scores by their members, see {@link Freshness}
     * @throws RedisFault if Redis has not confirmed; disconnected then
     */
    public void tellFreshness(Map<String, Long> scores) {
        if (link == null || scores.isEmpty()) {
            return;
        }
        orDisconnect(() -> {
            String key = CountKeys.freshness(keys.prefix());
            StatefulRedisConnection<String, String> server = link.holding(key).connection();
            Replies replies = new Replies();
            replies.add(key, server.async().multi());
            replies.add(key, server.async().zadd(key, scoredValues(scores)));
            replies.add(key, server.async().expireat(key, clock.instant().plus(FRESHNESS_KEPT)));
            replies.add(key, server.async().exec());
            server.flushCommands();
            replies.awaitAll(REPLY_LIMIT);
            return scores;
        });
    }

    @SuppressWarnings({"unchecked", "rawtypes"}) // Java has no arrays of generic types.
    private static ScoredValue<String>[] scoredValues(Map<String, Long> scores) {
        return scores.entrySet().stream()
                .map(score -> ScoredValue.just(score.getValue(), score.getKey()))
                .toArray(ScoredValue[]::new);
    }

    private Outcome outcome(Map<CountAddress, Long> counts, Map<TopicPartition, Long> behind) {
        int live = liveGeneration();
        if (live == keys.generation()) {
            if (positions.advance(behind)) {
                return Outcome.CONFIRMED;
            }
            // Positions are gone, too, when another generation has become live and this one was removed since it was
            // asked for.
            live = liveGeneration();
            if (live == keys.generation()) {
                return Outcome.LOST;
            }
        }
        if (live > keys.generation()) {
            // Whoever made the other has removed this one, and would not come back for what was written since.
            pipeline.remove(link, keys, counts);
        }
        return Outcome.OTHER_GENERATION;
    }

    private int liveGeneration() {
        return LiveGeneration.read(link, keys.prefix());
    }

    /**
     * Requests to erase users that nobody has taken over yet, some of them.
     *
     * @throws RedisFault if Redis has not answered; disconnected then
     */
    public List<ErasureRequest> erasureRequests() {
        return orDisconnect(() -> {
            connect();
            return PendingErasures.read(link, keys.prefix());
        });
    }

    /**
     * Tells those who wait for it that these are taken over.
     *
     * @throws RedisFault if Redis has not confirmed; disconnected then
     */
    public void erasuresTaken(List<ErasureRequest> requests) {
        orDisconnect(() -> {
            connect();
            PendingErasures.taken(link, keys.prefix(), requests);
            return requests;
        });
    }

    /** How many keys were written that should have an expiry and have none. */
    public long keysWithoutExpiry() {
        return pipeline.keysWithoutExpiry();
    }

    /** Lets go of the connections for good; a write under way fails. Further calls do nothing. */
    @Override
    public void close() {
        connector.close();
    }

    private <T> T orDisconnect(Supplier<T> work) {
        try {
            return work.get();
        } catch (RedisFault e) {
            disconnect();
            throw e;
        } catch (RedisException e) {
            disconnect();
            throw RedisFault.of("", e);
        }
    }
}
