package io.tallystream.query;

import io.lettuce.core.AbstractRedisClient;
import io.lettuce.core.RedisClient;
import io.lettuce.core.cluster.RedisClusterClient;
import io.lettuce.core.cluster.api.sync.RedisClusterCommands;
import io.tallystream.embedded.EmbeddedRedis;
import io.tallystream.schema.count.CountAddress;
import io.tallystream.schema.count.Dimension;
import io.tallystream.schema.count.Granularity;
import io.tallystream.schema.count.Metric;
import io.tallystream.schema.count.Window;
import io.tallystream.schema.redis.CountKeys;
import io.tallystream.schema.redis.Freshness;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;

/** Writes counts to Redis as the sink does. */
public final class Counts implements AutoCloseable {
    private final AbstractRedisClient client;
    private final RedisClusterCommands<String, String> commands;
    private final CountKeys keys;

    Counts(EmbeddedRedis redis, String prefix) {
        this(redis.uri(), prefix);
    }

    /** Of a single Redis, or of a cluster. */
    public Counts(String redisUri, String prefix) {
        if (redisUri.startsWith("redis-cluster://")) {
            RedisClusterClient cluster = RedisClusterClient.create(redisUri.replace("redis-cluster://", "redis://"));
            client = cluster;
            commands = cluster.connect().sync();
        } else {
            RedisClient single = RedisClient.create(redisUri);
            client = single;
            commands = single.connect().sync();
        }
        keys = new CountKeys(prefix, CountKeys.FIRST_GENERATION);
    }

    CountKeys keys() {
        return keys;
    }

    public RedisClusterCommands<String, String> redis() {
        return commands;
    }

    /** A minute or an hour by its start, a day by its date. */
    static Window window(Granularity granularity, String label) {
        return new Window(granularity, label);
    }

    Counts total(Metric metric, Window window, long value) {
        return put(CountAddress.ofTotal(metric, window), value);
    }

    Counts put(Metric metric, Window window, Dimension dimension, String member, long value) {
        return put(new CountAddress(metric, window, dimension, member), value);
    }

    private Counts put(CountAddress address, long value) {
        redis().zadd(keys.key(address), (double) value, keys.member(address));
        return this;
    }

    /** Tells that all counts of one partition are there up to the one time, and the newest is of the other. */
    Counts freshness(String completeUntil, String newest) {
        return freshness("counts-day", 0, completeUntil, newest, 0);
    }

    /** The same of a partition of which so many counts are still to be written. */
    Counts freshness(String topic, int partition, String completeUntil, String newest, long lag) {
        Map<Freshness.Score, Long> scores = Map.of(
                Freshness.Score.COMPLETE,
                Instant.parse(completeUntil).toEpochMilli(),
                Freshness.Score.NEWEST,
                Instant.parse(newest).toEpochMilli(),
                Freshness.Score.LAG,
                lag);
        scores.forEach((score, value) ->
                redis().zadd(CountKeys.freshness(keys.prefix()), (double) value, score.member(topic, partition)));
        return this;
    }

    @Override
    public void close() {
        client.shutdown(Duration.ZERO, Duration.ofSeconds(2));
    }
}
