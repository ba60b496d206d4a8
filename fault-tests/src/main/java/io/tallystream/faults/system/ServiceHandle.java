package io.tallystream.faults.system;

import static java.util.Objects.requireNonNull;

import io.tallystream.embedded.ChildJvm;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * One service as a process of its own, with this JVM's class path: it can be started, stopped, killed and paused, again and
 * again. Thread-safe.
 */
public final class ServiceHandle {
    private static final Duration STOP_LIMIT = Duration.ofSeconds(60);
    private static final Duration ANSWER_LIMIT = Duration.ofSeconds(2);
    private static final long POLL_MILLIS = 100;
    private static final int HTTP_OK = 200;
    private static final List<String> JVM_OPTIONS = List.of(
            "-Xmx192m",
            "-XX:+UseSerialGC",
            // There are more processes than cores, and none lives for long.
            "-XX:TieredStopAtLevel=1",
            "-XX:+ExitOnOutOfMemoryError",
            // As in production, not silent as in tests.
            "-Dlog4j2.configurationFile=classpath:log4j2.xml");

    private final String name;
    private final String mainClass;
    private final Map<String, String> variables;
    private final Path log;
    private final Path dataFolder;
    private final int managementPort;
    private final Leash leash;
    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(ANSWER_LIMIT)
            .build();
    private ChildJvm process;
    private boolean wanted;

    ServiceHandle(
            String name,
            String mainClass,
            Map<String, String> variables,
            Path folder,
            int managementPort,
            Leash leash) {
        this.name = requireNonNull(name, "name");
        this.mainClass = requireNonNull(mainClass, "mainClass");
        this.managementPort = managementPort;
        this.leash = requireNonNull(leash, "leash");
        log = folder.resolve(name + ".log");
        dataFolder = folder.resolve(name);
        this.variables = new TreeMap<>(variables);
        this.variables.put("MANAGEMENT_PORT", Integer.toString(managementPort));
        this.variables.put("DATA_DIR", dataFolder.toString());
    }

    /** Such as {@code processor-2}. */
    public String name() {
        return name;
    }

    /** Starts the process, and does not wait for what it does. */
    public synchronized void start() {
        if (process != null && process.isAlive()) {
            throw new IllegalStateException(name + " is running");
        }
        ProcessBuilder builder = new ProcessBuilder(ChildJvm.command(JVM_OPTIONS, mainClass));
        // What configures the user's own installation is not for this one.
        builder.environment().keySet().retainAll(List.of("PATH", "HOME", "TMPDIR", "LANG"));
        builder.environment().putAll(variables);
        try {
            process = ChildJvm.start(builder, log);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        leash.add(process.handle());
        wanted = true;
    }

    /** SIGKILL: no hook runs. Returns when the process is gone. */
    public synchronized void kill() {
        wanted = false;
        if (process != null) {
            process.kill();
        }
    }

    /**
     * SIGTERM. Returns when the process has ended in order.
     *
     * @throws IllegalStateException if it did not within a minute, or with another exit code than 0
     */
    public synchronized void stop() {
        wanted = false;
        process.terminate();
        if (!endsWithin(STOP_LIMIT)) {
            process.kill();
            throw new IllegalStateException(name + " did not stop within " + STOP_LIMIT.toSeconds() + " s");
        }
        if (process.exitCode() != 0) {
            throw new IllegalStateException(name + " stopped with exit code " + process.exitCode() + ": " + lastLine());
        }
    }

    /** SIGTERM, after which it ends as well as it can, and SIGKILL if it does not within a minute. It may have ended before. */
    public synchronized void end() {
        wanted = false;
        process.terminate();
        if (!endsWithin(STOP_LIMIT)) {
            process.kill();
        }
    }

    private boolean endsWithin(Duration limit) {
        try {
            return process.awaitEnd(limit);
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
    }

    /**
     * Returns when it has run for that long.
     *
     * @throws IllegalStateException if it ends by itself
     */
    public void runFor(Duration time) {
        boolean ended;
        synchronized (this) {
            ended = endsWithin(time);
        }
        if (ended) {
            throw new IllegalStateException(name + " ended by itself: " + lastLine());
        }
    }

    /** Deletes its state, as if its disk had been lost. It is not running. */
    public synchronized void eraseData() {
        if (isRunning()) {
            throw new IllegalStateException(name + " is running");
        }
        try (Stream<Path> files = Files.exists(dataFolder) ? Files.walk(dataFolder) : Stream.empty()) {
            // The folder itself may be a disk.
            for (Path file : files.sorted(Comparator.reverseOrder())
                    .filter(file -> !file.equals(dataFolder))
                    .toList()) {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** SIGSTOP: its connections stay open, and it does not know that time goes by. */
    public void pause() {
        signal("STOP");
    }

    /** SIGCONT. */
    public void resume() {
        signal("CONT");
    }

    private synchronized void signal(String signal) {
        process.signal(signal);
    }

    /** Whether it ended though nobody asked it to. */
    public synchronized boolean isLost() {
        return wanted && !process.isAlive();
    }

    /** Whether it runs. */
    public synchronized boolean isRunning() {
        return process != null && process.isAlive();
    }

    /**
     * Returns when it is ready.
     *
     * @throws IllegalStateException if it is not within the limit, or ends by itself
     */
    public void awaitReady(Duration limit) {
        long deadline = System.nanoTime() + limit.toNanos();
        while (!isReady()) {
            if (isLost()) {
                throw new IllegalStateException(name + " ended by itself: " + lastLine());
            }
            if (System.nanoTime() - deadline > 0) {
                throw new IllegalStateException(
                        name + " is not ready after " + limit.toSeconds() + " s: " + lastLine());
            }
            try {
                TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
            } catch (InterruptedException e) {
                throw interrupted(e);
            }
        }
    }

    private static IllegalStateException interrupted(InterruptedException e) {
        Thread.currentThread().interrupt();
        return new IllegalStateException("interrupted", e);
    }

    /** Whether {@code /readyz} says so. */
    public boolean isReady() {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + managementPort + "/readyz"))
                .timeout(ANSWER_LIMIT)
                .build();
        try {
            return isRunning() && http.send(request, BodyHandlers.discarding()).statusCode() == HTTP_OK;
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
    }

    /** The last line that it printed. */
    public String lastLine() {
        return ChildJvm.lastLine(log);
    }

    @Override
    public String toString() {
        return name;
    }
}
