package io.tallystream.embedded;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * One redis-server among several: can be killed and started again on what it has kept. Ends with this JVM, unless that is
 * killed.
 */
final class RedisNode implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final long POLL_MILLIS = 20;

    private final Path executable;
    private final Path configFile;
    private final int port;
    private final String password;
    private final Thread hook = new Thread(this::kill, "end-redis-node");
    private Process process;
    private boolean frozen;

    private RedisNode(Path executable, Path configFile, int port, String password) {
        this.executable = executable;
        this.configFile = configFile;
        this.port = port;
        this.password = password;
    }

    /**
     * Starts it and returns when it answers.
     *
     * @param executable of redis-server, or under a name with which it is something else
     * @param folder made where missing
     * @param password empty: none is needed
     * @param settings lines of its configuration beside port and password
     */
    static RedisNode start(Path executable, Path folder, int port, String password, List<String> settings) {
        Path configFile = folder.resolve("redis.conf");
        try {
            Files.createDirectories(folder);
            Files.writeString(configFile, """
                    bind 127.0.0.1
                    port %d
                    user default on %s ~* &* +@all
                    dir .
                    save ""
                    daemonize no
                    logfile ""
                    %s
                    """.formatted(port, login(password), String.join("\n", settings)));
        } catch (IOException e) {
            throw new EmbeddedStartException("cannot write " + configFile + ": " + e.getMessage(), e);
        }
        RedisNode node = new RedisNode(executable, configFile, port, password);
        Runtime.getRuntime().addShutdownHook(node.hook);
        try {
            node.launch();
            return node;
        } catch (RuntimeException e) {
            node.close();
            throw e;
        }
    }

    private static String login(String password) {
        return password.isEmpty() ? "nopass" : "#" + EmbeddedRedis.sha256(password);
    }

    /** Starts the process again after {@link #kill}, and returns when it answers. */
    synchronized void launch() {
        try {
            process = RedisProcesses.start(executable, configFile);
        } catch (IOException e) {
            throw new EmbeddedStartException("cannot run " + executable + ": " + e.getMessage(), e);
        }
        RedisLog log = RedisLog.quiet(process.getInputStream());
        awaitFact("Redis on port " + port + " does not answer", () -> {
            if (!process.isAlive()) {
                throw new EmbeddedStartException("Redis stopped while starting: " + log.end());
            }
            return "PONG".equals(call("PING"));
        });
    }

    /** Ends the process without a word, and returns when it is gone. Does nothing if it is gone already. */
    synchronized void kill() {
        if (process != null) {
            process.destroyForcibly();
            process.onExit().join();
            frozen = false;
        }
    }

    /** Stops the process where it is: its connections stay, and nobody answers. */
    synchronized void freeze() {
        Signals.send("STOP", process.pid());
        frozen = true;
    }

    /** Lets it go on after {@link #freeze}. Does nothing if it is not frozen. */
    synchronized void thaw() {
        if (frozen) {
            Signals.send("CONT", process.pid());
            frozen = false;
        }
    }

    /** Whether it answers, or will soon. */
    synchronized boolean isAlive() {
        return process.isAlive() && !frozen;
    }

    /** Whether there is a process, frozen or not. */
    synchronized boolean isRunning() {
        return process.isAlive();
    }

    int port() {
        return port;
    }

    /** The reply to one command, on a connection of its own. */
    String call(String... words) {
        try (RespConnection connection = RespConnection.open(port, password)) {
            return connection.call(words);
        } catch (IOException e) {
            throw new UncheckedIOException("%s on port %d: %s".formatted(words[0], port, e.getMessage()), e);
        }
    }

    @Override
    public void close() {
        kill();
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // The JVM is ending, and the hook with it.
        }
    }

    /** Something that is so, or not yet. */
    @FunctionalInterface
    interface Fact {
        boolean holds() throws IOException;
    }

    /**
     * Returns when it is so. A server that does not answer just then is asked again.
     *
     * @throws EmbeddedStartException with the problem if it is not within 30 s
     */
    static void awaitFact(String problem, Fact fact) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!holds(fact)) {
            if (System.nanoTime() - deadline > 0) {
                throw new EmbeddedStartException(problem + " after " + PATIENCE.toSeconds() + " s");
            }
            try {
                TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new EmbeddedStartException(problem + ", and the wait was interrupted", e);
            }
        }
    }

    private static boolean holds(Fact fact) {
        try {
            return fact.holds();
        } catch (IOException | UncheckedIOException e) {
            return false;
        }
    }
}
