package io.tallystream.benchmarks.processor;

import io.tallystream.benchmarks.MissingToolException;
import io.tallystream.benchmarks.flink.FlinkMain;
import io.tallystream.benchmarks.report.ProcessUsage;
import io.tallystream.processor.count.CountingSettings;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** A contender in a JVM of its own, all with the same heap and the same collector. Ends when it is closed, or this JVM ends. */
final class ContenderProcess implements AutoCloseable {
    /** What a contender prints when it is running. */
    static final String RUNNING = FlinkMain.RUNNING;

    private final Process process;
    private final Path log;

    private ContenderProcess(Process process, Path log) {
        this.process = process;
        this.log = log;
    }

    /**
     * Starts it and returns when it is running.
     *
     * @param heap the most it may take, as for {@code -Xmx}
     * @param users whether there are any; Flink's job has a stage for them
     * @throws MissingToolException if Flink's program has not been built
     */
    static ContenderProcess start(Contender contender, Run run, String heap, boolean users)
            throws IOException, MissingToolException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("-Xmx" + heap);
        command.add("-XX:+UseG1GC");
        command.addAll(contender.isFlink() ? flink(contender, run, users) : ours(contender, run));
        Files.createDirectories(run.data());
        Path log = run.data().resolve("log");
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.appendTo(log.toFile()))
                .start();
        BufferedReader output = process.inputReader(StandardCharsets.UTF_8);
        String line = output.readLine();
        while (line != null && !line.equals(RUNNING)) {
            line = output.readLine();
        }
        if (line == null) {
            process.destroyForcibly().onExit().join();
            throw new IOException(contender.label() + " did not start: " + lastLine(log));
        }
        return new ContenderProcess(process, log);
    }

    private static List<String> ours(Contender contender, Run run) {
        return List.of(
                "-cp",
                System.getProperty("java.class.path"),
                ContenderMain.class.getName(),
                contender.name(),
                run.application(),
                run.folder().toString(),
                run.servers(),
                Integer.toString(run.commitIntervalMs()),
                Integer.toString(run.threads()));
    }

    private static List<String> flink(Contender contender, Run run, boolean users) throws MissingToolException {
        Path target = flinkProgram();
        CountingSettings counting = run.config().counting();
        List<String> command = new ArrayList<>();
        // As Flink's own scripts have it.
        for (String opened : List.of("java.lang", "java.util", "java.util.concurrent", "java.nio", "java.net")) {
            command.add("--add-opens=java.base/" + opened + "=ALL-UNNAMED");
        }
        command.addAll(List.of(
                "-cp",
                target.resolve("benchmarks-flink.jar") + ":" + target.resolve("lib") + "/*",
                FlinkMain.class.getName(),
                "servers=" + run.servers(),
                "group=" + run.application(),
                "interval=" + run.commitIntervalMs(),
                "threads=" + run.threads(),
                "users=" + users,
                "state=" + (contender == Contender.FLINK_ROCKSDB ? "rocksdb" : "hashmap"),
                "folder=" + run.data().toAbsolutePath(),
                "zone=" + counting.zone(),
                "lateness=" + counting.allowedLateness(),
                "skew=" + counting.allowedSkew()));
        return command;
    }

    /** Where Maven put it: in the folder beside ours. */
    private static Path flinkProgram() throws MissingToolException {
        try {
            Path ours = Path.of(ContenderProcess.class
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .toURI());
            Path target = ours.resolveSibling("../../benchmarks-flink/target").normalize();
            if (Files.exists(target.resolve("benchmarks-flink.jar")) && Files.isDirectory(target.resolve("lib"))) {
                return target;
            }
            throw new MissingToolException(
                    "Flink's program is not in " + target + ": mvn -Dquick package -pl benchmarks -am");
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String lastLine(Path log) throws IOException {
        try (Stream<String> lines = Files.lines(log, StandardCharsets.UTF_8)) {
            return lines.filter(line -> !line.isBlank() && !Character.isWhitespace(line.charAt(0)))
                    .reduce((before, line) -> line)
                    .orElse("it printed nothing");
        }
    }

    /** Begins to measure what it takes of the machine. */
    ProcessUsage usage() {
        return new ProcessUsage(process.toHandle());
    }

    /** What it said last of what went wrong. */
    String lastWords() throws IOException {
        return lastLine(log);
    }

    ProcessHandle handle() {
        return process.toHandle();
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** Kills it: nothing it could still do is of interest. */
    @Override
    public void close() {
        process.destroyForcibly().onExit().join();
    }
}
