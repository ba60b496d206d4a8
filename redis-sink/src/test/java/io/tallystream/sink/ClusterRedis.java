package io.tallystream.sink;

import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.sync.RedisCommands;
import io.tallystream.embedded.EmbeddedRedisCluster;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** A cluster. */
public final class ClusterRedis implements TestRedis {
    private final EmbeddedRedisCluster cluster;
    private final RedisClient client = RedisClient.create();
    private final Map<Integer, StatefulRedisConnection<String, String>> connections = new HashMap<>();

    public ClusterRedis(EmbeddedRedisCluster cluster) {
        this.cluster = cluster;
    }

    @Override
    public String uri() {
        return cluster.uri();
    }

    @Override
    public String uriOf(String user, String... rights) {
        String login = "";
        for (int node = 0; node < cluster.size(); node++) {
            login = TestUser.add(node(node), user, rights);
        }
        return cluster.uri().replace(":" + cluster.password() + "@", login + "@");
    }

    @Override
    public List<RedisCommands<String, String>> masters() {
        return cluster.masters().stream().map(this::node).toList();
    }

    @Override
    public RedisCommands<String, String> holding(String key) {
        return node(cluster.masterOf(key));
    }

    /** Every server, in order. */
    List<RedisCommands<String, String>> nodes() {
        return IntStream.range(0, cluster.size()).mapToObj(this::node).toList();
    }

    /** A server, whether or not it holds keys. */
    RedisCommands<String, String> node(int node) {
        // Lettuce would wait for long before it connects again to one that was killed.
        return connections
                .compute(node, (number, known) -> {
                    if (known != null && known.isOpen()) {
                        return known;
                    }
                    if (known != null) {
                        known.close();
                    }
                    return client.connect(RedisURI.builder()
                            .withHost("127.0.0.1")
                            .withPort(cluster.port(number))
                            .withPassword(cluster.password().toCharArray())
                            .withTimeout(Duration.ofSeconds(10))
                            .build());
                })
                .sync();
    }

    @Override
    public void close() {
        client.shutdown(Duration.ZERO, Duration.ofSeconds(2));
    }
}
