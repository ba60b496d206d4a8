package io.tallystream.embedded;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A real redis-server, run as a child process, listening on 127.0.0.1 behind a password and without scripting.
 *
 * <p>Its append-only file lives in the data folder and is loaded at the next start. Redis syncs it to disk once a second:
 * what was answered survives the end of this process; of Redis, unless the disk is so slow that it waits with writing; of the
 * machine, all but the last second or so. No key is evicted.
 *
 * <p>A JVM that is killed leaves its Redis running. The next start on the same data folder ends that one first, in order;
 * any other process is left alone, whatever it runs and whatever port it holds.
 *
 * <p>Instances are single-use and thread-safe. There is no shutdown hook: whoever starts it closes it, after its clients.
 * Ctrl-C in a terminal reaches the JVM only.
 */
public final class EmbeddedRedis implements AutoCloseable {

    private static final Logger LOGGER = LoggerFactory.getLogger(EmbeddedRedis.class);

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final long POLL_MILLIS = 10;

    private final DataFolder dataFolder;
    private final Process process;
    private final int port;
    private final String password;
    private boolean closed;

    private EmbeddedRedis(DataFolder dataFolder, Process process, int port, String password) {
        this.dataFolder = dataFolder;
        this.process = process;
        this.port = port;
        this.password = password;
    }

    /**
     * Starts Redis and returns when it answers commands. Waits as long as it is loading data, and 30 s for any other sign
     * of life.
     *
     * @throws EmbeddedStartException if the port or the data folder is taken, the folder is not writable, this system
     *     cannot run the executable, or Redis fails; then with the last lines that it printed
     */
    public static EmbeddedRedis start(Config config) {
        requireNonNull(config, "config");
        DataFolder dataFolder = DataFolder.lock(config.dataFolder());
        try {
            return start(config, dataFolder);
        } catch (RuntimeException | Error e) {
            dataFolder.close();
            throw e;
        }
    }

    private static EmbeddedRedis start(Config config, DataFolder dataFolder) {
        Path configFile = dataFolder.path().resolve("redis.conf");
        RedisProcesses.endLeftOvers(configFile);
        int port = LoopbackPorts.resolve(config.port());
        Path executable = RedisExecutable.in(dataFolder.path());
        write(configFile, configuration(port, config.password()));
        Process process = launch(executable, configFile);
        EmbeddedRedis redis = new EmbeddedRedis(dataFolder, process, port, config.password());
        redis.awaitReady(new RedisLog(process.getInputStream()));
        LOGGER.debug("Redis (pid {}) listens on port {}, data in {}", process.pid(), port, dataFolder.path());
        return redis;
    }

    private static Process launch(Path executable, Path configFile) {
        try {
            return RedisProcesses.start(executable, configFile);
        } catch (IOException e) {
            throw new EmbeddedStartException("cannot run " + executable + ": " + e.getMessage(), e);
        }
    }

    // Relative to the working directory, which is the data folder: no path has to be quoted.
    private static String configuration(int port, String password) {
        return """
                # Written at every start.
                bind 127.0.0.1
                port %d
                # The password's SHA-256. Scripting is off: this Redis is older than a fix in its Lua.
                user default on #%s ~* &* +@all -@scripting
                dir .
                appendonly yes
                appendfsync everysec
                aof-load-truncated yes
                save ""
                maxmemory-policy noeviction
                daemonize no
                # The command line is how a left-over process is recognised.
                set-proc-title no
                logfile ""
                """.formatted(port, sha256(password));
    }

    private static void write(Path configFile, String text) {
        try {
            Path draft = Files.createTempFile(
                    configFile.getParent(),
                    "redis",
                    ".conf.tmp",
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            Files.writeString(draft, text);
            Files.move(draft, configFile, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new EmbeddedStartException("cannot write " + configFile + ": " + e.getMessage(), e);
        }
    }

    static String sha256(String text) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private void awaitReady(RedisLog log) {
        long lastSign = System.nanoTime();
        try {
            while (!process.waitFor(POLL_MILLIS, TimeUnit.MILLISECONDS)) {
                RedisProbe.Answer answer = RedisProbe.ask(port, password);
                if (answer == RedisProbe.Answer.READY) {
                    return;
                }
                if (answer == RedisProbe.Answer.LOADING) {
                    lastSign = System.nanoTime();
                } else if (System.nanoTime() - lastSign > PATIENCE.toNanos()) {
                    throw startFailure("Redis did not answer within " + PATIENCE.toSeconds() + " s", log);
                }
            }
        } catch (InterruptedException e) {
            EmbeddedStartException failure = startFailure("interrupted while Redis was starting", log);
            Thread.currentThread().interrupt();
            throw failure;
        }
        throw startFailure("Redis stopped while starting (exit code " + process.exitValue() + ")", log);
    }

    private EmbeddedStartException startFailure(String problem, RedisLog log) {
        RedisProcesses.end(process.toHandle(), process::isAlive);
        return new EmbeddedStartException(problem + ": " + log.end());
    }

    /** {@code redis://:password@127.0.0.1:port}, percent-encoded. It contains the password: keep it out of logs. */
    public String uri() {
        return uri(port, password);
    }

    static String uri(int port, String password) {
        // URLEncoder writes forms, where a space is a plus.
        String encoded = URLEncoder.encode(password, StandardCharsets.UTF_8).replace("+", "%20");
        return "redis://:" + encoded + "@127.0.0.1:" + port;
    }

    /** The password of the default user. */
    String password() {
        return password;
    }

    /** The port that clients connect to. */
    public int port() {
        return port;
    }

    /** The process id of redis-server. */
    long pid() {
        return process.pid();
    }

    /**
     * Lets Redis write its data out and stop, and returns when it has; kills it where that takes more than 10 s. Further
     * calls do nothing.
     */
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        if (!process.isAlive()) {
            LOGGER.error("Redis had stopped by itself, exit code {}", process.exitValue());
        }
        try {
            if (!RedisProcesses.end(process.toHandle(), process::isAlive)) {
                LOGGER.error("Redis (pid {}) cannot be ended", process.pid());
            }
        } finally {
            dataFolder.close();
        }
    }

    /**
     * How to run Redis.
     *
     * @param dataFolder created where missing; belongs to one Redis at a time. Holds the executable, too, so it must not
     *     be mounted {@code noexec}
     * @param port for clients on 127.0.0.1; 0 for any that is free
     * @param password of the default user; any text but the empty one
     */
    public record Config(Path dataFolder, int port, String password) {

        /** Checks port and password. */
        public Config {
            requireNonNull(dataFolder, "dataFolder");
            LoopbackPorts.requireInRange(port);
            if (password.isEmpty()) {
                throw new IllegalArgumentException("password must not be empty");
            }
        }

        /** Without the password. */
        @Override
        public String toString() {
            return "Config[dataFolder=" + dataFolder + ", port=" + port + "]";
        }
    }
}
