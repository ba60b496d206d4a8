package io.tallystream.embedded;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * A Redis for tests of what happens when it is lost: can be killed, paused and started again, with what it has written down or
 * without. On 127.0.0.1, with an append-only file, without eviction. Ends with this JVM, unless that is killed. Thread-safe.
 */
public final class MortalRedis implements AutoCloseable {

    private static final List<String> SETTINGS = List.of(
            "appendonly yes",
            // As in production. What was answered outlives the process, but for two seconds of it where the
            // disk is busy.
            "appendfsync everysec",
            "maxmemory-policy noeviction");

    private final DataFolder dataFolder;
    private final RedisNode node;
    private final String password;

    private MortalRedis(DataFolder dataFolder, RedisNode node, String password) {
        this.dataFolder = dataFolder;
        this.node = node;
        this.password = password;
    }

    /**
     * Starts it on a free port and returns when it answers.
     *
     * @param dataFolder created where missing
     * @throws EmbeddedStartException if that fails
     */
    public static MortalRedis start(Path dataFolder, String password) {
        requireNonNull(password, "password");
        DataFolder folder = DataFolder.lock(dataFolder);
        try {
            RedisNode node = RedisNode.start(
                    RedisExecutable.in(folder.path()), folder.path(), LoopbackPorts.resolve(0), password, SETTINGS);
            return new MortalRedis(folder, node, password);
        } catch (RuntimeException | Error e) {
            folder.close();
            throw e;
        }
    }

    /** SIGKILL, also while it is paused. Returns when the process is gone. */
    public void kill() {
        node.kill();
    }

    /** Starts it after {@link #kill} on what it had written down, and returns when it answers. */
    public void restart() {
        node.launch();
    }

    /** Forgets what a killed one had written down. */
    public void eraseFiles() {
        if (node.isRunning()) {
            throw new IllegalStateException("Redis is running");
        }
        try {
            Files.deleteIfExists(dataFolder.path().resolve("appendonly.aof"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** SIGSTOP: its connections stay open, and nothing comes from them. */
    public void pause() {
        node.freeze();
    }

    /** SIGCONT. Does nothing if it is not paused. */
    public void resume() {
        node.thaw();
    }

    /**
     * The reply to one command, on a connection of its own: text, with the parts of a list each on a line; null if there is
     * nothing.
     *
     * @throws UncheckedIOException if it does not answer, or with an error
     */
    public String call(String... words) {
        return node.call(words);
    }

    /** The port that it listens on. */
    public int port() {
        return node.port();
    }

    /** Its address if it were on another port, as behind a proxy. It contains the password: keep it out of logs. */
    public String uriThrough(int proxyPort) {
        return EmbeddedRedis.uri(proxyPort, password);
    }

    /** {@code redis://:password@127.0.0.1:port}, percent-encoded. It contains the password: keep it out of logs. */
    public String uri() {
        return uriThrough(port());
    }

    @Override
    public void close() {
        node.close();
        dataFolder.close();
    }
}
