package io.tallystream.benchmarks;

import io.tallystream.benchmarks.report.Charts;
import io.tallystream.benchmarks.report.Machine;
import io.tallystream.benchmarks.report.Report;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The {@code tallystream bench} command. */
@Command(
        name = "tallystream bench",
        mixinStandardHelpOptions = true,
        description = {
            "Measures how fast the parts are, each beside what people would use instead, in turns on this machine.",
            "Prints a table and writes JSON. For figures that mean something, let nothing else run."
        },
        footer = {
            "",
            "Exit codes: 0 measured, 1 something broke, 2 wrong usage or something is not installed.",
            "",
            "Examples:",
            "  tallystream bench --quick all",
            "  tallystream bench processor",
            "  tallystream bench processor -o users=1000 -o endpoints=10000"
        })
public final class BenchMain implements Callable<Integer> {
    private static final String ALL = "all";
    private static final int MAX_ROUNDS = 100;
    private static final Duration ABANDON_LIMIT = Duration.ofSeconds(10);

    @Spec
    private CommandSpec spec;

    @Parameters(
            paramLabel = "<what>",
            arity = "0..*",
            description = "What to measure: ${COMPLETION-CANDIDATES}. Default: all",
            completionCandidates = Labels.class)
    private List<String> wanted = List.of();

    @Option(names = "--quick", description = "See that all of it runs, in a fraction of the time; figures mean little.")
    private boolean quick;

    @Option(
            names = "--rounds",
            paramLabel = "<number>",
            description = "How often contenders take turns, 1 to 100. Default: 3, with --quick 1")
    private Integer rounds;

    @Option(
            names = "--results",
            paramLabel = "<folder>",
            defaultValue = "benchmarks/target/results",
            description = "Where JSON goes. Default: ${DEFAULT-VALUE}")
    private Path results;

    @Option(
            names = "--charts",
            paramLabel = "<folder>",
            description = "Draw what is in the results' folder into this one, as SVG, and do nothing else.")
    private Path charts;

    @Option(
            names = {"-o", "--option"},
            paramLabel = "<name>=<value>",
            description = "What else can be chosen; --options tells what there is.")
    private Map<String, String> options = Map.of();

    @Option(names = "--options", description = "Tell what there is to measure and to choose, and do nothing else.")
    private boolean tellOptions;

    private BenchMain() {}

    /** Runs the command and ends the process with its exit code. */
    public static void main(String[] args) {
        System.exit(command().execute(args));
    }

    /** The command, to be executed once. */
    static CommandLine command() {
        return new CommandLine(new BenchMain());
    }

    /** What can be measured. */
    static final class Labels implements Iterable<String> {
        @Override
        public Iterator<String> iterator() {
            return Stream.concat(Area.all().stream().map(Area::label), Stream.of(ALL))
                    .iterator();
        }
    }

    @Override
    public Integer call() throws Exception {
        PrintWriter out = spec.commandLine().getOut();
        if (tellOptions) {
            for (Area area : Area.all()) {
                out.printf(
                        "%-12s %s%n%-12s   -o %s%n",
                        area.label(),
                        area.description(),
                        "",
                        area.choices().stream().map(Choice::name).toList());
            }
            out.flush();
            return 0;
        }
        if (charts != null) {
            require(Files.isDirectory(results), "--results: there is no folder " + results);
            make(charts, "--charts");
            Charts.draw(results, charts).forEach(out::println);
            out.flush();
            return 0;
        }
        require(rounds == null || (rounds >= 1 && rounds <= MAX_ROUNDS), "--rounds must be from 1 to " + MAX_ROUNDS);
        List<Area> areas = areas();
        options.keySet()
                .forEach(name -> require(
                        areas.stream().anyMatch(area -> area.has(name)),
                        "nothing that is measured has an option " + name + "; --options tells what there is"));
        try {
            areas.forEach(area -> area.check(options));
        } catch (BadOptionException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage(), e);
        }
        make(results, "--results");
        boolean complete = true;
        for (Area area : areas) {
            try {
                complete &= measure(area, out);
            } catch (MissingToolException e) {
                spec.commandLine().getErr().println("tallystream: " + area.label() + ": " + e.getMessage());
                complete = false;
            }
        }
        return complete ? 0 : 2;
    }

    private List<Area> areas() {
        if (wanted.isEmpty() || wanted.contains(ALL)) {
            return Area.all();
        }
        List<Area> areas = new ArrayList<>();
        for (String label : wanted) {
            areas.add(Area.all().stream()
                    .filter(area -> area.label().equals(label))
                    .findFirst()
                    .orElseThrow(() -> new ParameterException(
                            spec.commandLine(),
                            "there is no " + label + " to measure; --options tells what there is")));
        }
        return areas;
    }

    /** Whether nothing was left out. */
    private boolean measure(Area area, PrintWriter out) throws Exception {
        Instant begin = Instant.now();
        Report report = new Report(area.label(), command(area), Machine.current(), begin);
        Path folder = Files.createTempDirectory("tallystream-bench-");
        Thread hook = new Thread(() -> abandon(folder), "abandon-" + area.label());
        Runtime.getRuntime().addShutdownHook(hook);
        try {
            int turns = rounds != null ? rounds : quick ? 1 : 3;
            area.benchmark().run(new Session(new Options(options), turns, quick, folder, report, line -> {
                out.printf("%6d s  %s%n", Duration.between(begin, Instant.now()).toSeconds(), line);
                out.flush();
            }));
        } finally {
            delete(folder);
            Runtime.getRuntime().removeShutdownHook(hook);
        }
        out.printf("%n%s%n%n%s%n", report.text(), "Written to " + report.write(results));
        out.flush();
        return report.isComplete();
    }

    private String command(Area area) {
        StringBuilder command = new StringBuilder("./tallystream bench ").append(area.label());
        if (quick) {
            command.append(" --quick");
        }
        if (rounds != null) {
            command.append(" --rounds ").append(rounds);
        }
        options.forEach((name, value) -> {
            if (area.has(name)) {
                command.append(" -o ").append(name).append('=').append(value);
            }
        });
        return command.toString();
    }

    /** Takes away the gigabytes of what somebody ends before it is done. Who started a process ends it. */
    private static void abandon(Path folder) {
        long deadline = System.nanoTime() + ABANDON_LIMIT.toNanos();
        // What has not ended yet still writes.
        while (Files.exists(folder) && System.nanoTime() - deadline < 0) {
            try {
                delete(folder);
            } catch (IOException | UncheckedIOException e) {
                Thread.onSpinWait();
            }
        }
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }

    private void make(Path folder, String option) {
        try {
            Files.createDirectories(folder);
        } catch (IOException e) {
            throw new ParameterException(spec.commandLine(), option + ": cannot make the folder " + folder, e);
        }
        require(Files.isWritable(folder), option + ": nothing can be written into " + folder);
    }

    private void require(boolean holds, String otherwise) {
        if (!holds) {
            throw new ParameterException(spec.commandLine(), otherwise);
        }
    }
}
