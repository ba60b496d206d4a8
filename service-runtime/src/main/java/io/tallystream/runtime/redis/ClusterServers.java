package io.tallystream.runtime.redis;

import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisException;
import io.lettuce.core.RedisURI;
import io.lettuce.core.cluster.SlotHash;
import io.lettuce.core.cluster.models.partitions.RedisClusterNode;
import io.lettuce.core.codec.StringCodec;
import java.util.ArrayList;
import java.util.List;

/** A connection of our own to each master of a cluster, as the slots were when it was made. */
final class ClusterServers implements RedisServers {
    private final Server[] bySlot = new Server[SlotHash.SLOT_COUNT];
    private final List<Server> servers = new ArrayList<>();

    /** Connects to those of the nodes that hold keys, and logs in as at the seed. */
    static ClusterServers connect(RedisClient client, RedisURI seed, Iterable<RedisClusterNode> nodes) {
        ClusterServers servers = new ClusterServers();
        try {
            for (RedisClusterNode node : nodes) {
                if (ClusterLink.holdsKeys(node)) {
                    servers.add(client, seed, node);
                }
            }
            return servers;
        } catch (RuntimeException | Error e) {
            servers.close();
            throw e;
        }
    }

    private void add(RedisClient client, RedisURI seed, RedisClusterNode node) {
        // What the cluster tells of a node is where it is, not how to log in there.
        RedisURI uri = RedisURI.builder(seed).build();
        uri.setHost(node.getUri().getHost());
        uri.setPort(node.getUri().getPort());
        var connection = Connections.whenReady(client.connect(StringCodec.UTF8, uri));
        connection.setAutoFlushCommands(false);
        Server server = new Server(connection, slotTag(node));
        servers.add(server);
        node.getSlots().forEach(slot -> bySlot[slot] = server);
    }

    private static String slotTag(RedisClusterNode node) {
        int number = 0;
        while (!node.hasSlot(SlotHash.getSlot("{" + number + "}"))) {
            number++;
        }
        return "{" + number + "}";
    }

    @Override
    public List<Server> all() {
        return List.copyOf(servers);
    }

    @Override
    public Server holding(String key) {
        Server server = bySlot[SlotHash.getSlot(key)];
        if (server == null) {
            throw new RedisException("CLUSTERDOWN no server holds slot " + SlotHash.getSlot(key));
        }
        return server;
    }

    // Nobody waits for it.
    @SuppressWarnings("FutureReturnValueIgnored")
    @Override
    public void close() {
        servers.forEach(server -> server.connection().closeAsync());
    }
}
