package io.tallystream.runtime.redis;

import io.lettuce.core.api.StatefulRedisConnection;
import java.util.List;

/** The one server there is. */
final class SingleServer implements RedisServers {
    private final Server server;

    SingleServer(StatefulRedisConnection<String, String> connection) {
        connection.setAutoFlushCommands(false);
        server = new Server(connection, "");
    }

    @Override
    public List<Server> all() {
        return List.of(server);
    }

    @Override
    public Server holding(String key) {
        return server;
    }

    // Nobody waits for it.
    @SuppressWarnings("FutureReturnValueIgnored")
    @Override
    public void close() {
        server.connection().closeAsync();
    }
}
