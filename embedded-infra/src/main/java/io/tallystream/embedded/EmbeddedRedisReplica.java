package io.tallystream.embedded;

import static java.util.Objects.requireNonNull;

import java.nio.file.Path;
import java.util.List;

/**
 * A Redis for tests that follows another, as far behind as the network has it: it refuses writes with {@code READONLY} until it
 * is promoted. On 127.0.0.1, with the password of the one that it follows. For one thread. Ends with this JVM, unless that is
 * killed.
 */
public final class EmbeddedRedisReplica implements AutoCloseable {

    private final DataFolder dataFolder;
    private final RedisNode node;
    private final String password;

    private EmbeddedRedisReplica(DataFolder dataFolder, RedisNode node, String password) {
        this.dataFolder = dataFolder;
        this.node = node;
        this.password = password;
    }

    /**
     * Starts it and returns when it has all that the other has.
     *
     * @param dataFolder created where missing
     * @throws EmbeddedStartException if that fails
     */
    public static EmbeddedRedisReplica start(Path dataFolder, EmbeddedRedis followed) {
        requireNonNull(followed, "followed");
        DataFolder folder = DataFolder.lock(dataFolder);
        try {
            RedisNode node = RedisNode.start(
                    RedisExecutable.in(folder.path()),
                    folder.path(),
                    LoopbackPorts.resolve(0),
                    followed.password(),
                    List.of("maxmemory-policy noeviction"));
            EmbeddedRedisReplica replica = new EmbeddedRedisReplica(folder, node, followed.password());
            try {
                node.call("CONFIG", "SET", "masterauth", followed.password());
                replica.follow(followed);
                return replica;
            } catch (RuntimeException e) {
                node.close();
                throw e;
            }
        } catch (RuntimeException | Error e) {
            folder.close();
            throw e;
        }
    }

    /** Forgets what it has, copies all from the other, and returns when it has it. */
    public void follow(EmbeddedRedis followed) {
        node.call("REPLICAOF", "127.0.0.1", Integer.toString(followed.port()));
        RedisNode.awaitFact(
                "the replica does not follow",
                () -> node.call("INFO", "replication").contains("master_link_status:up"));
    }

    /** Stays with what it has, and takes writes from now on. */
    public void promote() {
        node.call("REPLICAOF", "NO", "ONE");
    }

    /** Kills it, with all it has. */
    public void kill() {
        node.kill();
    }

    /** The port that clients connect to. */
    public int port() {
        return node.port();
    }

    /** {@code redis://:password@127.0.0.1:port}, percent-encoded. It contains the password: keep it out of logs. */
    public String uri() {
        return EmbeddedRedis.uri(node.port(), password);
    }

    @Override
    public void close() {
        node.close();
        dataFolder.close();
    }
}
