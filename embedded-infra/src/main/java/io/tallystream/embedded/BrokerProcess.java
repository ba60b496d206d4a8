package io.tallystream.embedded;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A Kafka broker as a child process, a JVM with this one's class path, so that it can be killed and paused like any process.
 * It ends when this JVM does, in whatever way, even while it is paused. For one thread at a time.
 */
final class BrokerProcess {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final long POLL_MILLIS = 10;

    // A process of its own, which ends the pause when its input ends: when we resume, or when our JVM is gone.
    private static final String PAUSE = "kill -STOP \"$1\" && echo paused && read -r any; kill -CONT \"$1\"";

    private final String name;
    private final Process process;
    private final Path log;
    private Process pause;

    private BrokerProcess(String name, Process process, Path log) {
        this.name = name;
        this.process = process;
        this.log = log;
    }

    /**
     * Starts the process and does not wait for the broker.
     *
     * @param properties the broker's, as a file; what the process prints is appended to one beside it
     */
    static BrokerProcess launch(String name, Path properties) {
        Path log = properties.resolveSibling(name + ".log");
        List<String> command = ChildJvm.command(
                // There are more brokers than cores, and none lives for long.
                List.of("-Xmx192m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"),
                BrokerMain.class.getName(),
                properties.toString());
        File output = log.toFile();
        try {
            Process process = new ProcessBuilder(command)
                    .redirectError(ProcessBuilder.Redirect.appendTo(output))
                    .start();
            return new BrokerProcess(name, process, log);
        } catch (IOException e) {
            throw new EmbeddedStartException("cannot run " + command.get(0) + ": " + e.getMessage(), e);
        }
    }

    /** Returns when the broker serves clients. */
    void awaitReady() throws InterruptedException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        BufferedReader output = process.inputReader(StandardCharsets.UTF_8);
        try {
            while (!output.ready()) {
                if (process.waitFor(POLL_MILLIS, TimeUnit.MILLISECONDS) && !output.ready()) {
                    throw new EmbeddedStartException("Kafka " + name + " stopped while starting (exit code "
                            + process.exitValue() + "): " + ChildJvm.lastLine(log));
                }
                if (System.nanoTime() - deadline > 0) {
                    throw new EmbeddedStartException("Kafka " + name + " did not start within " + PATIENCE.toSeconds()
                            + " s: " + ChildJvm.lastLine(log));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    boolean isAlive() {
        return process.isAlive();
    }

    boolean isPaused() {
        return pause != null;
    }

    long pid() {
        return process.pid();
    }

    /** Lets the broker hand over what it leads and close its files; kills it if that takes too long. */
    void stop() throws InterruptedException {
        try {
            process.getOutputStream().write(BrokerMain.STOP);
            process.getOutputStream().flush();
        } catch (IOException e) {
            // It has ended by itself.
        }
        if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
            kill();
            throw new IllegalStateException("Kafka " + name + " did not stop within " + PATIENCE.toSeconds() + " s");
        }
    }

    /** Whether it has ended, by itself, before the patience for that has. */
    boolean awaitEnd() throws InterruptedException {
        return process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }

    /** SIGKILL, also while it is paused. Returns when the process is gone. */
    void kill() {
        process.destroyForcibly().onExit().join();
        if (isPaused()) {
            resume();
        }
    }

    /** SIGSTOP: its connections stay open, and nothing comes from them. */
    void pause() {
        try {
            Process started = new ProcessBuilder("sh", "-c", PAUSE, "pause", Long.toString(pid()))
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            if (started.inputReader(StandardCharsets.UTF_8).readLine() == null) {
                throw new IllegalStateException("Kafka " + name + " cannot be paused");
            }
            pause = started;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** SIGCONT. */
    void resume() {
        try {
            pause.getOutputStream().close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        pause.onExit().join();
        pause = null;
    }
}
