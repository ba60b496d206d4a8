package io.tallystream.sink;

import io.lettuce.core.RedisClient;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.sync.RedisCommands;
import io.tallystream.embedded.EmbeddedRedis;
import java.time.Duration;
import java.util.List;

/** A single server. */
public final class OneRedis implements TestRedis {
    private final EmbeddedRedis redis;
    private final RedisClient client;
    private StatefulRedisConnection<String, String> connection;

    public OneRedis(EmbeddedRedis redis) {
        this.redis = redis;
        client = RedisClient.create(redis.uri());
        connection = client.connect();
    }

    private RedisCommands<String, String> commands() {
        // Lettuce would wait for long before it connects again to one that was killed.
        if (!connection.isOpen()) {
            connection.close();
            connection = client.connect();
        }
        return connection.sync();
    }

    @Override
    public String uri() {
        return redis.uri();
    }

    @Override
    public String uriOf(String user, String... rights) {
        return "redis://" + TestUser.add(commands(), user, rights) + "@127.0.0.1:" + redis.port();
    }

    @Override
    public List<RedisCommands<String, String>> masters() {
        return List.of(commands());
    }

    @Override
    public RedisCommands<String, String> holding(String key) {
        return commands();
    }

    @Override
    public void close() {
        client.shutdown(Duration.ZERO, Duration.ofSeconds(2));
    }
}
