package io.tallystream.runtime.redis;

import io.lettuce.core.RedisException;
import io.lettuce.core.cluster.api.StatefulRedisClusterConnection;
import io.lettuce.core.cluster.api.async.RedisAdvancedClusterAsyncCommands;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import io.lettuce.core.cluster.models.partitions.RedisClusterNode;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Connections to the servers of a cluster. Commands go out at once: one that is redirected takes a connection that nobody
 * would flush.
 */
final class ClusterLink implements RedisLink {
    private final StatefulRedisClusterConnection<String, String> connection;
    private final RedisAdvancedClusterAsyncCommands<String, String> commands;

    ClusterLink(StatefulRedisClusterConnection<String, String> connection) {
        this.connection = connection;
        this.commands = connection.async();
    }

    @Override
    public RedisClusterAsyncCommands<String, String> commands() {
        return commands;
    }

    private List<RedisClusterAsyncCommands<String, String>> masters() {
        List<RedisClusterAsyncCommands<String, String>> masters = connection.getPartitions().stream()
                .filter(ClusterLink::holdsKeys)
                .<RedisClusterAsyncCommands<String, String>>map(this::connectionTo)
                .toList();
        if (masters.isEmpty()) {
            throw new RedisException("no server of the cluster holds keys");
        }
        return masters;
    }

    /**
     * By its address, as commands find it: a connection that is asked for by the node's id is another one, and commands
     * whose own is not open yet are refused.
     */
    private RedisClusterAsyncCommands<String, String> connectionTo(RedisClusterNode node) {
        return commands.getConnection(node.getUri().getHost(), node.getUri().getPort());
    }

    static boolean holdsKeys(RedisClusterNode node) {
        return node.getRole().isUpstream() && !node.getSlots().isEmpty();
    }

    @Override
    public boolean isInOrder() {
        return false;
    }

    @Override
    public CompletionStage<Void> probe() {
        try {
            return CompletableFuture.allOf(masters().stream()
                    .map(master -> master.ping().toCompletableFuture())
                    .toArray(CompletableFuture[]::new));
        } catch (RedisException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    // Nobody waits for it.
    @SuppressWarnings("FutureReturnValueIgnored")
    @Override
    public void close() {
        connection.closeAsync();
    }
}
