package io.tallystream.benchmarks.process;

import static java.util.Objects.requireNonNull;

import io.tallystream.benchmarks.report.ProcessUsage;
import io.tallystream.embedded.ChildJvm;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A process that this one started, with what it prints in a file. Ends when this JVM is asked to end. For one thread. */
public final class Child implements AutoCloseable {
    private static final Duration START_LIMIT = Duration.ofMinutes(3);
    private static final Duration ANSWER_LIMIT = Duration.ofSeconds(2);
    private static final Duration STOP_LIMIT = Duration.ofSeconds(60);
    private static final long LOOK_MILLIS = 10;
    private static final int LINES_TOLD = 10;
    private static final int HTTP_OK = 200;
    private static final List<String> KEPT_VARIABLES = List.of("PATH", "HOME", "TMPDIR", "LANG", "JAVA_HOME");

    private final String name;
    private final Process process;
    private final Path log;
    private final Thread hook;
    private final ProcessUsage usage;
    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(ANSWER_LIMIT)
            .build();

    private Child(String name, Process process, Path log, Thread hook) {
        this.name = name;
        this.process = process;
        this.log = log;
        this.hook = hook;
        usage = new ProcessUsage(process.toHandle());
    }

    /**
     * What is started.
     *
     * @param name for people, and of the file of what it prints
     * @param command with its arguments
     * @param variables beside those that say where programs and homes are; it gets no others of this process
     * @param folder it runs in
     */
    public record Program(String name, List<String> command, Map<String, String> variables, Path folder) {
        /** Requires all. */
        public Program {
            requireNonNull(name, "name");
            requireNonNull(folder, "folder");
            command = List.copyOf(command);
            variables = Map.copyOf(variables);
        }

        /** A JVM with this one's class path, and as much heap as the launcher gives. */
        public static Program jvm(
                String name, Class<?> main, Map<String, String> variables, Path folder, String... arguments) {
            List<String> options = List.of("-Xms64m", "-Xmx512m", "-XX:+ExitOnOutOfMemoryError");
            return new Program(name, ChildJvm.command(options, main.getName(), arguments), variables, folder);
        }
    }

    /**
     * Starts it, and does not wait for what it does.
     *
     * @param logs folder for what it prints
     * @throws IOException if it cannot be run
     */
    public static Child start(Program program, Path logs) throws IOException {
        Path log = logs.resolve(program.name() + ".log");
        ProcessBuilder builder = new ProcessBuilder(program.command())
                .directory(program.folder().toFile())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile());
        builder.environment().keySet().retainAll(KEPT_VARIABLES);
        builder.environment().putAll(program.variables());
        // Before the process, so that there is none that nobody ends.
        End end = new End();
        Thread hook = new Thread(end, "end-" + program.name());
        Runtime.getRuntime().addShutdownHook(hook);
        try {
            return new Child(program.name(), end.start(builder), log, hook);
        } catch (IOException e) {
            remove(hook);
            throw e;
        }
    }

    /** What it takes of the machine, together with those that it starts. */
    public ProcessUsage usage() {
        return usage;
    }

    /** The process itself. */
    public ProcessHandle handle() {
        return process.toHandle();
    }

    /**
     * Returns when that address answers 200. Ends the process and throws if it does not within three minutes, or the process
     * does.
     */
    public void awaitOk(URI address) throws IOException, InterruptedException {
        HttpRequest request =
                HttpRequest.newBuilder(address).timeout(ANSWER_LIMIT).build();
        await(
                address.toString(),
                () -> http.send(request, BodyHandlers.discarding()).statusCode() == HTTP_OK);
    }

    /** Returns when something takes connections at that port of this machine. Throws as {@link #awaitOk} does. */
    public void awaitListening(int port) throws IOException, InterruptedException {
        await("port " + port, () -> {
            new Socket(InetAddress.getLoopbackAddress(), port).close();
            return true;
        });
    }

    /** Returns when it has printed that line. Throws as {@link #awaitOk} does. */
    public void awaitLine(String line) throws IOException, InterruptedException {
        await("its word " + line, () -> {
            try (Stream<String> lines = Files.lines(log, StandardCharsets.UTF_8)) {
                return lines.anyMatch(line::equals);
            }
        });
    }

    /** What is looked at until it is so; not yet, if it throws. */
    private interface Look {
        boolean isSo() throws IOException, InterruptedException;
    }

    private void await(String what, Look look) throws IOException, InterruptedException {
        boolean happened = false;
        try {
            awaitOrThrow(what, look);
            happened = true;
        } finally {
            if (!happened) {
                close();
            }
        }
    }

    private void awaitOrThrow(String what, Look look) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + START_LIMIT.toNanos();
        while (!isSo(look)) {
            if (!process.isAlive()) {
                throw new IOException("%s ended with %d: %s".formatted(name, process.exitValue(), lastLines()));
            }
            if (System.nanoTime() - deadline > 0) {
                throw new IOException("%s has not brought %s in %d s: %s"
                        .formatted(name, what, START_LIMIT.toSeconds(), lastLines()));
            }
            TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
        }
    }

    private static boolean isSo(Look look) throws InterruptedException {
        try {
            return look.isSo();
        } catch (IOException e) {
            return false;
        }
    }

    /**
     * Returns what it printed, when it has ended.
     *
     * @throws IOException if it does not end in time, or with another code than 0
     */
    public String awaitEnd(Duration limit) throws IOException, InterruptedException {
        if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
            throw new IOException("%s did not end within %d s: %s".formatted(name, limit.toSeconds(), lastLines()));
        }
        if (process.exitValue() != 0) {
            throw new IOException("%s ended with %d: %s".formatted(name, process.exitValue(), lastLines()));
        }
        return Files.readString(log);
    }

    /** What it said last, for messages about it. */
    public String lastLines() {
        try {
            List<String> lines = Files.readAllLines(log, StandardCharsets.UTF_8);
            return String.join(
                    System.lineSeparator(), lines.subList(Math.max(0, lines.size() - LINES_TOLD), lines.size()));
        } catch (IOException e) {
            return "it printed nothing that can be read in " + log;
        }
    }

    /** Asks it to end, and makes it if it does not within a minute. */
    @Override
    public void close() {
        process.destroy();
        try {
            process.waitFor(STOP_LIMIT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        kill();
    }

    /** Kills it, and those that it started: nothing it could still do is of interest. Returns when it is gone. */
    public void kill() {
        kill(process);
        remove(hook);
    }

    private static void kill(Process process) {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly().onExit().join();
    }

    private static void remove(Thread hook) {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // This JVM is ending, and its hook does this.
        }
    }

    /** The end of the process with that of this JVM, whichever moment it comes at. */
    private static final class End implements Runnable {
        private Process process;
        private boolean hasCome;

        synchronized Process start(ProcessBuilder builder) throws IOException {
            if (hasCome) {
                throw new IOException("this JVM is ending");
            }
            process = builder.start();
            return process;
        }

        @Override
        public synchronized void run() {
            hasCome = true;
            if (process != null) {
                kill(process);
            }
        }
    }
}
