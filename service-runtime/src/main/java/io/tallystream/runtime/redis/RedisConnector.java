package io.tallystream.runtime.redis;

import io.lettuce.core.ClientOptions;
import io.lettuce.core.MaintNotificationsConfig;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisException;
import io.lettuce.core.SocketOptions;
import io.lettuce.core.TimeoutOptions;
import io.lettuce.core.cluster.ClusterClientOptions;
import io.lettuce.core.cluster.ClusterTopologyRefreshOptions;
import io.lettuce.core.cluster.RedisClusterClient;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.NettyCustomizer;
import io.netty.channel.Channel;
import io.netty.handler.flush.FlushConsolidationHandler;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * Connects to the Redis that {@code REDIS_URI} names: one server, the master that Sentinels name, or a cluster. Thread-safe.
 *
 * <p>Links do not mend themselves, so that no command is sent again of which the caller no longer knows. Whoever uses one
 * closes it after a failure and connects anew, which also asks the Sentinels and the cluster anew who is master.
 */
public final class RedisConnector implements AutoCloseable {
    /** What {@code REDIS_URI} has to be, to follow "must be". */
    public static final String EXPECTED_URI = RedisAddress.EXPECTED;

    private static final Duration TOPOLOGY_REFRESH = Duration.ofSeconds(30);
    private static final Duration CLOSE_LIMIT = Duration.ofSeconds(5);

    private final Limits limits;
    private final RedisAddress address;
    private final ClientResources resources;
    private final RedisClient bulkClient;
    // Null where Redis is a cluster.
    private final RedisClient client;
    // Null where Redis is no cluster.
    private final RedisClusterClient clusterClient;

    /**
     * What callers want to wait for and to hold.
     *
     * @param command how long a connection may take, and a reply to a single command
     * @param commandsUnderWay how many commands may wait for their replies on one connection; more are refused
     */
    public record Limits(Duration command, int commandsUnderWay) {}

    /**
     * Does not connect yet.
     *
     * @throws IllegalArgumentException with a message that says what it must be, and nothing of what it is, if the URI is none
     */
    public RedisConnector(String uri, Limits limits) {
        this.limits = limits;
        address = RedisAddress.parse(uri, limits.command());
        resources = ClientResources.builder()
                .nettyCustomizer(new ConsolidatedFlushes())
                .build();
        if (address.isCluster()) {
            client = null;
            clusterClient = RedisClusterClient.create(resources, address.uris());
            clusterClient.setOptions(clusterOptions());
            bulkClient = RedisClient.create(resources);
        } else {
            clusterClient = null;
            client = RedisClient.create(resources, address.uris().get(0));
            client.setOptions(options(ClientOptions.builder()).build());
            bulkClient = RedisClient.create(resources, address.uris().get(0));
        }
        // A timer for each of thousands of commands costs more than the one with which all of them are awaited.
        bulkClient.setOptions(options(ClientOptions.builder())
                .timeoutOptions(TimeoutOptions.builder().timeoutCommands(false).build())
                .build());
    }

    private ClusterClientOptions clusterOptions() {
        ClusterClientOptions.Builder builder = ClusterClientOptions.builder();
        options(builder);
        // For single commands only, and Lettuce keeps connections that it made to the nodes of a cluster, also broken
        // ones.
        builder.autoReconnect(true);
        return builder.topologyRefreshOptions(ClusterTopologyRefreshOptions.builder()
                        .enablePeriodicRefresh(TOPOLOGY_REFRESH)
                        .build())
                .build();
    }

    private ClientOptions.Builder options(ClientOptions.Builder builder) {
        return builder.autoReconnect(false)
                .disconnectedBehavior(ClientOptions.DisconnectedBehavior.REJECT_COMMANDS)
                .requestQueueSize(limits.commandsUnderWay())
                .socketOptions(
                        SocketOptions.builder().connectTimeout(limits.command()).build())
                .timeoutOptions(TimeoutOptions.enabled(limits.command()))
                .maintNotificationsConfig(MaintNotificationsConfig.disabled());
    }

    /**
     * Connects, for single commands.
     *
     * @throws RedisException if Redis cannot be reached
     */
    public RedisLink connect() {
        if (clusterClient == null) {
            return new ServerLink(Connections.whenReady(client.connect()));
        }
        refresh();
        return new ClusterLink(clusterClient.connect());
    }

    /**
     * Connects, for commands in bulk and for transactions. Their replies have no limit here: whoever awaits them sets one.
     *
     * @throws RedisException if Redis cannot be reached
     */
    public RedisServers connectToServers() {
        if (clusterClient == null) {
            return new SingleServer(Connections.whenReady(bulkClient.connect()));
        }
        refresh();
        return ClusterServers.connect(bulkClient, address.uris().get(0), clusterClient.getPartitions());
    }

    /** What is known of the cluster may be from before a failover. */
    private void refresh() {
        clusterClient.refreshPartitions();
    }

    /** Lets go of all links and threads; commands under way fail. Further calls do nothing. */
    @Override
    public void close() {
        bulkClient.shutdown(Duration.ZERO, CLOSE_LIMIT);
        if (client != null) {
            client.shutdown(Duration.ZERO, CLOSE_LIMIT);
        } else {
            clusterClient.shutdown(Duration.ZERO, CLOSE_LIMIT);
        }
        resources.shutdown(0, CLOSE_LIMIT.toMillis(), TimeUnit.MILLISECONDS).awaitUninterruptibly();
    }

    /**
     * Commands that are sent together leave in one packet, rather than in one each: of the time of a question with 60
     * commands that is half.
     */
    private static final class ConsolidatedFlushes implements NettyCustomizer {
        @Override
        public void afterChannelInitialized(Channel channel) {
            channel.pipeline()
                    .addFirst(new FlushConsolidationHandler(
                            FlushConsolidationHandler.DEFAULT_EXPLICIT_FLUSH_AFTER_FLUSHES, true));
        }
    }
}
