package io.tallystream.benchmarks.processor;

import io.tallystream.benchmarks.MissingToolException;
import io.tallystream.benchmarks.flink.FlinkMain;
import io.tallystream.benchmarks.process.Child;
import io.tallystream.benchmarks.report.ProcessUsage;
import io.tallystream.embedded.ChildJvm;
import io.tallystream.processor.count.CountingSettings;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A contender in a JVM of its own, all with the same heap and the same collector. Ends when it is closed, or this JVM ends. */
final class ContenderProcess implements AutoCloseable {
    /** What a contender prints when it is running. */
    static final String RUNNING = FlinkMain.RUNNING;

    private final Child child;

    private ContenderProcess(Child child) {
        this.child = child;
    }

    /**
     * Starts it and returns when it is running.
     *
     * @param heap the most it may take, as for {@code -Xmx}
     * @param users whether there are any; Flink's job has a stage for them
     * @throws MissingToolException if Flink's program has not been built
     */
    static ContenderProcess start(Contender contender, Run run, String heap, boolean users)
            throws IOException, InterruptedException, MissingToolException {
        List<String> options = List.of("-Xmx" + heap, "-XX:+UseG1GC");
        List<String> command =
                contender.isFlink() ? flink(contender, options, run, users) : ours(contender, options, run);
        Path folder = Files.createDirectories(run.data());
        Child child = Child.start(new Child.Program("contender", command, Map.of(), folder), folder);
        child.awaitLine(RUNNING);
        return new ContenderProcess(child);
    }

    private static List<String> ours(Contender contender, List<String> options, Run run) {
        return ChildJvm.command(
                options,
                ContenderMain.class.getName(),
                contender.name(),
                run.application(),
                run.folder().toAbsolutePath().toString(),
                run.servers(),
                Integer.toString(run.commitIntervalMs()),
                Integer.toString(run.threads()),
                run.zone().getId());
    }

    private static List<String> flink(Contender contender, List<String> options, Run run, boolean users)
            throws MissingToolException {
        Path target = flinkProgram();
        CountingSettings counting = run.config().counting();
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(options);
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
                "sql=" + (contender == Contender.FLINK_SQL),
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

    /** Begins to measure what it takes of the machine. */
    ProcessUsage usage() {
        return new ProcessUsage(child.handle());
    }

    /** What it said last of what went wrong. */
    String lastWords() {
        return child.lastLines();
    }

    ProcessHandle handle() {
        return child.handle();
    }

    boolean isAlive() {
        return child.handle().isAlive();
    }

    /** Kills it: nothing it could still do is of interest. */
    @Override
    public void close() {
        child.kill();
    }
}
