package io.tallystream.embedded;

import static java.util.Objects.requireNonNull;

import java.nio.file.Path;
import java.util.List;

/**
 * One Redis Sentinel for tests, on 127.0.0.1 without a password: it tells clients which Redis is the master named
 * {@value #MASTER_NAME}. A single one, so its word is enough to fail over. For one thread. Ends with this JVM, unless that
 * is killed.
 */
public final class EmbeddedRedisSentinel implements AutoCloseable {

    /** The name under which the watched Redis is known. */
    public static final String MASTER_NAME = "tally";

    private static final int DOWN_AFTER_MILLIS = 1_000;

    private final DataFolder dataFolder;
    private final RedisNode node;
    private final String redisPassword;

    private EmbeddedRedisSentinel(DataFolder dataFolder, RedisNode node, String redisPassword) {
        this.dataFolder = dataFolder;
        this.node = node;
        this.redisPassword = redisPassword;
    }

    /**
     * Starts it and returns when it knows the Redis and its replica.
     *
     * @param dataFolder created where missing
     * @throws EmbeddedStartException if that fails
     */
    public static EmbeddedRedisSentinel start(Path dataFolder, EmbeddedRedis watched) {
        requireNonNull(watched, "watched");
        DataFolder folder = DataFolder.lock(dataFolder);
        try {
            String name = "sentinel monitor " + MASTER_NAME + " 127.0.0.1 " + watched.port() + " 1";
            RedisNode node = RedisNode.start(
                    RedisExecutable.asSentinel(folder.path()),
                    folder.path(),
                    LoopbackPorts.resolve(0),
                    "",
                    List.of(
                            name,
                            "sentinel down-after-milliseconds " + MASTER_NAME + " " + DOWN_AFTER_MILLIS,
                            "sentinel failover-timeout " + MASTER_NAME + " 5000",
                            "sentinel auth-pass " + MASTER_NAME + " " + watched.password()));
            EmbeddedRedisSentinel sentinel = new EmbeddedRedisSentinel(folder, node, watched.password());
            RedisNode.awaitFact(
                    "the sentinel finds no replica",
                    () -> node.call("SENTINEL", "REPLICAS", MASTER_NAME).contains("master-link-status\nok"));
            return sentinel;
        } catch (RuntimeException | Error e) {
            folder.close();
            throw e;
        }
    }

    /** The port on which the master is now. */
    public int masterPort() {
        String address = node.call("SENTINEL", "GET-MASTER-ADDR-BY-NAME", MASTER_NAME);
        return Integer.parseInt(address.substring(address.indexOf('\n') + 1));
    }

    /** {@code redis-sentinel://:password@127.0.0.1:port/0#name}: the password is that of Redis. Keep it out of logs. */
    public String uri() {
        return "redis-sentinel://:" + redisPassword + "@127.0.0.1:" + node.port() + "/0#" + MASTER_NAME;
    }

    @Override
    public void close() {
        node.close();
        dataFolder.close();
    }
}
