package io.tallystream.runtime.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tallystream.embedded.ChildJvm;
import io.tallystream.embedded.Signals;
import io.tallystream.runtime.config.Setting;
import io.tallystream.runtime.config.Settings;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

/** A {@link ChildProgram} that runs, and all it has told so far. */
final class ChildProcess implements AutoCloseable {
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final String MANAGEMENT_PORT = "management port ";

    private final Process process;
    private final List<String> output = new CopyOnWriteArrayList<>();
    private final List<String> errors = new CopyOnWriteArrayList<>();
    private final List<Thread> readers = new ArrayList<>();

    private ChildProcess(Process process) {
        this.process = process;
        read(process.getInputStream(), output);
        read(process.getErrorStream(), errors);
    }

    /** Starts it with nothing of ours in the environment but those variables, and a free management port. */
    static ChildProcess start(String program, Map<String, String> variables) throws IOException {
        List<String> command = new ArrayList<>(ChildJvm.heedingInterrupts());
        command.addAll(ChildJvm.command(
                List.of("-XX:TieredStopAtLevel=1", "-Xmx128m"), ChildProgram.class.getName(), program));
        ProcessBuilder builder = new ProcessBuilder(command);
        Map<String, String> environment = builder.environment();
        Settings.all().stream().map(Setting::name).forEach(environment::remove);
        // Java would tell on the standard error that it has read these.
        environment.keySet().removeAll(List.of("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "_JAVA_OPTIONS"));
        environment.put("MANAGEMENT_PORT", "0");
        environment.putAll(variables);
        return new ChildProcess(builder.start());
    }

    /** What it told on the standard output, but for the management port. */
    List<String> output() {
        return output.stream().filter(line -> !line.startsWith(MANAGEMENT_PORT)).toList();
    }

    /** What it told on the standard error. */
    List<String> errors() {
        return List.copyOf(errors);
    }

    ChildProcess awaitOutput(String line) {
        await().atMost(LIMIT).untilAsserted(() -> assertThat(output).contains(line));
        return this;
    }

    ChildProcess awaitError(String part) {
        await().atMost(LIMIT).untilAsserted(() -> assertThat(errors).anyMatch(line -> line.contains(part)));
        return this;
    }

    int managementPort() {
        await().atMost(LIMIT)
                .untilAsserted(() -> assertThat(output).anyMatch(line -> line.startsWith(MANAGEMENT_PORT)));
        return output.stream()
                .filter(line -> line.startsWith(MANAGEMENT_PORT))
                .map(line -> Integer.valueOf(line.substring(MANAGEMENT_PORT.length())))
                .findFirst()
                .orElseThrow();
    }

    /** Sends a signal such as {@code TERM}. */
    ChildProcess signal(String signal) {
        Signals.send(signal, process.pid());
        return this;
    }

    /** Lets it go on where it waits. */
    ChildProcess goOn() throws IOException {
        process.getOutputStream().write("go\n".getBytes(StandardCharsets.UTF_8));
        process.getOutputStream().flush();
        return this;
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** The exit code, when all it told has been read. */
    int awaitExit() throws InterruptedException {
        assertThat(process.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS))
                .as("ended; it told %s and %s", output, errors)
                .isTrue();
        for (Thread reader : readers) {
            reader.join(LIMIT.toMillis());
        }
        return process.exitValue();
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }

    private void read(InputStream stream, List<String> lines) {
        Thread reader = new Thread(
                () -> {
                    try (BufferedReader from =
                            new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8))) {
                        from.lines().forEach(lines::add);
                    } catch (IOException | UncheckedIOException e) {
                        lines.add("cannot be read: " + e);
                    }
                },
                "child-output");
        reader.setDaemon(true);
        reader.start();
        readers.add(reader);
    }
}
