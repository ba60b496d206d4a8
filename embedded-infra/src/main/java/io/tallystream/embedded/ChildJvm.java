package io.tallystream.embedded;

import static java.util.Objects.requireNonNull;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A program of this JVM's class path in a JVM of its own, so that it can be killed and paused like any process. Closing kills it.
 * Thread-safe.
 */
public final class ChildJvm implements AutoCloseable {
    private final Process process;
    private final Path log;

    private ChildJvm(Process process, Path log) {
        this.process = process;
        this.log = log;
    }

    /**
     * The command that runs a program of this JVM's class path with this JVM's Java, for those who talk with it.
     *
     * @param options of the JVM, such as {@code -Xmx256m}
     * @param main a class's name, or a source file
     */
    public static List<String> command(List<String> options, String main, String... arguments) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(options);
        command.addAll(List.of("-cp", classPath(), main));
        command.addAll(List.of(arguments));
        return command;
    }

    /** This JVM's, for one that may be in another folder. */
    private static String classPath() {
        return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
                .map(entry -> Path.of(entry).toAbsolutePath().toString())
                .collect(Collectors.joining(File.pathSeparator));
    }

    /**
     * What a command has to begin with for its process to heed SIGINT: a build in the background of a script ignores it, and
     * so would all its children. Empty where there is no means to that.
     */
    public static List<String> heedingInterrupts() throws IOException {
        List<String> prefix = List.of("env", "--default-signal=INT");
        List<String> probe = new ArrayList<>(prefix);
        probe.add("true");
        try {
            return new ProcessBuilder(probe).start().waitFor() == 0 ? prefix : List.of();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return List.of();
        }
    }

    /**
     * Starts a program, and does not wait for what it does.
     *
     * @param options of the JVM, such as {@code -Xmx256m}
     * @param main its class's name
     * @param variables beside those that this JVM has
     * @param log to which what it prints is appended
     */
    public static ChildJvm start(List<String> options, String main, Map<String, String> variables, Path log)
            throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command(options, main));
        builder.environment().putAll(variables);
        return start(builder, log);
    }

    /** Starts what the builder says; what it prints is appended to the log. */
    public static ChildJvm start(ProcessBuilder builder, Path log) throws IOException {
        requireNonNull(log, "log");
        return new ChildJvm(
                builder.redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                        .start(),
                log);
    }

    /** Whether it runs; also while it is paused. */
    public boolean isAlive() {
        return process.isAlive();
    }

    /** The process, which others may want to watch. */
    public ProcessHandle handle() {
        return process.toHandle();
    }

    /** Sends a signal such as {@code STOP}, and returns when it has been sent. */
    public void signal(String name) {
        Signals.send(name, process.pid());
    }

    /** SIGTERM: it ends in order, in its own time. */
    public void terminate() {
        process.destroy();
    }

    /** Whether it has ended within that time. */
    public boolean awaitEnd(Duration limit) throws InterruptedException {
        return process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** What it ended with. Throws {@link IllegalThreadStateException} if it has not. */
    public int exitCode() {
        return process.exitValue();
    }

    /** The last line that it printed, for messages about it. */
    public String lastLine() {
        return lastLine(log);
    }

    /** The last line of a log, for messages about who wrote it. */
    public static String lastLine(Path log) {
        try (Stream<String> lines = Files.lines(log, StandardCharsets.UTF_8)) {
            return lines.reduce((before, line) -> line).orElse("it printed nothing");
        } catch (IOException | UncheckedIOException e) {
            return "it printed nothing that can be read in " + log;
        }
    }

    /** SIGKILL, also while it is paused: no hook runs. Returns when the process is gone. */
    public void kill() {
        process.destroyForcibly().onExit().join();
    }

    @Override
    public void close() {
        kill();
    }
}
