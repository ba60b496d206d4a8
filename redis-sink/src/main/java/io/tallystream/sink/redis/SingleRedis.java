package io.tallystream.sink.redis;

import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.SocketOptions;
import io.lettuce.core.TimeoutOptions;
import io.lettuce.core.api.StatefulRedisConnection;
import java.time.Duration;
import java.util.List;

/** Connects to one Redis. */
public final class SingleRedis implements RedisConnector {
    private static final Duration LIMIT = Duration.ofSeconds(5);

    private final RedisClient client;

    private record Link(Server server) implements RedisLink {
        @Override
        public List<Server> servers() {
            return List.of(server);
        }

        @Override
        public Server holding(String key) {
            return server;
        }

        @Override
        public void close() {
            server.connection().close();
        }
    }

    /**
     * Does not connect yet.
     *
     * @throws IllegalArgumentException if the URI is none
     */
    public SingleRedis(String uri) {
        RedisURI parsed = RedisURI.create(uri);
        parsed.setTimeout(LIMIT);
        client = RedisClient.create(parsed);
        client.setOptions(ClientOptions.builder()
                // Lettuce would send commands again of which we no longer know.
                .autoReconnect(false)
                .disconnectedBehavior(ClientOptions.DisconnectedBehavior.REJECT_COMMANDS)
                .requestQueueSize(RedisCounts.MAX_COMMANDS_UNDER_WAY)
                // Replies are awaited in batches, with a limit of ours: no timer for each command.
                .timeoutOptions(TimeoutOptions.builder().timeoutCommands(false).build())
                .socketOptions(SocketOptions.builder().connectTimeout(LIMIT).build())
                .build());
    }

    @Override
    public RedisLink connect() {
        StatefulRedisConnection<String, String> connection = client.connect();
        connection.setAutoFlushCommands(false);
        return new Link(new RedisLink.Server(connection, ""));
    }

    @Override
    public void close() {
        client.shutdown(Duration.ZERO, LIMIT);
    }
}
