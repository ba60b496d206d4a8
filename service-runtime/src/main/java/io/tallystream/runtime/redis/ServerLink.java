package io.tallystream.runtime.redis;

import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.async.RedisAsyncCommands;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import java.util.concurrent.CompletionStage;

/** A connection to one server. */
final class ServerLink implements RedisLink {
    private final StatefulRedisConnection<String, String> connection;
    private final RedisAsyncCommands<String, String> commands;

    ServerLink(StatefulRedisConnection<String, String> connection) {
        this.connection = connection;
        this.commands = connection.async();
    }

    @Override
    public RedisClusterAsyncCommands<String, String> commands() {
        return commands;
    }

    @Override
    public boolean isInOrder() {
        return true;
    }

    @Override
    public CompletionStage<Void> probe() {
        return commands.ping().thenAccept(any -> {});
    }

    // Nobody waits for it.
    @SuppressWarnings("FutureReturnValueIgnored")
    @Override
    public void close() {
        connection.closeAsync();
    }
}
