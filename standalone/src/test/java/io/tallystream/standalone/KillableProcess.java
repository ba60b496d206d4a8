package io.tallystream.standalone;

import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** One service as a process of its own beside a program that has all of them, to be killed. */
final class KillableProcess implements AutoCloseable {
    private final Process process;

    private KillableProcess(Process process) {
        this.process = process;
    }

    /** Runs that main class with those variables; what it prints is appended to the log. */
    static KillableProcess start(Class<?> main, Map<String, String> variables, File log) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx256m",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        main.getName()))
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log));
        builder.environment().putAll(variables);
        return new KillableProcess(builder.start());
    }

    /** SIGKILL: no hook runs. */
    @Override
    public void close() {
        process.destroyForcibly().onExit().join();
    }
}
