package io.tallystream.standalone;

import io.tallystream.embedded.EmbeddedStartException;
import io.tallystream.faults.FaultRun;
import io.tallystream.faults.Ledger;
import io.tallystream.faults.fault.FaultKind;
import io.tallystream.runtime.lifecycle.ExitCode;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

@Command(
        name = "prove",
        mixinStandardHelpOptions = true,
        description = {
            "Shows on this machine whether counts stay exact when things go wrong.",
            "Runs three brokers, Redis and seven services for itself, sends events, kills, pauses and cuts off one part after the"
                    + " other, and compares each count with what was sent. Needs 3 GB of memory and a POSIX system."
        },
        exitCodeListHeading = Help.EXIT_CODES,
        exitCodeList = {"0:All held.", "1:Something did not, or the run broke off.", "2:Wrong usage."},
        footerHeading = Help.EXAMPLES,
        footer = {
            "  tallystream prove",
            "  tallystream prove --minutes 15 --seed 7",
            "  tallystream prove --only redis-lost,all-killed"
        })
final class ProveCommand implements Callable<Integer> {
    private static final int MAX_MINUTES = 24 * 60;
    private static final int MAX_RATE = 20_000;
    private static final int MAX_SEED = 1_000_000;
    private static final Duration RECOVERY_LIMIT = Duration.ofSeconds(60);

    @Spec
    private CommandSpec spec;

    @Option(
            names = "--minutes",
            paramLabel = "<minutes>",
            defaultValue = "5",
            description = "How long faults go on, 1 to " + MAX_MINUTES
                    + "; longer where not every kind has come once by then. Default: ${DEFAULT-VALUE}")
    private int minutes;

    @Option(
            names = "--seed",
            paramLabel = "<number>",
            description = "From which load and faults follow, to see a run again. Default: another each time")
    private Long seed;

    @Option(
            names = "--rate",
            paramLabel = "<events>",
            defaultValue = "400",
            description = "Events per second while nothing is wrong, 1 to " + MAX_RATE + ". Default: ${DEFAULT-VALUE}")
    private int rate;

    @Option(
            names = "--only",
            paramLabel = "<fault>",
            split = ",",
            description =
                    "Only these faults, comma-separated, of ${COMPLETION-CANDIDATES}. Default: all but those of full disks,"
                            + " which only root on Linux can try",
            completionCandidates = Labels.class)
    private List<String> only;

    @Option(
            names = "--folder",
            paramLabel = "<folder>",
            description = "For data, logs and the history. Default: a temporary one, deleted if all held")
    private Path folder;

    /** What {@code --only} takes. */
    static final class Labels implements Iterable<String> {
        @Override
        public Iterator<String> iterator() {
            return Arrays.stream(FaultKind.values()).map(FaultKind::label).iterator();
        }
    }

    @Override
    public Integer call() throws Exception {
        require(minutes >= 1 && minutes <= MAX_MINUTES, "--minutes must be from 1 to " + MAX_MINUTES);
        require(rate >= 1 && rate <= MAX_RATE, "--rate must be from 1 to " + MAX_RATE);
        require(
                folder == null || !Files.exists(folder.resolve("kafka")),
                "--folder must be one that no run has used: " + folder);
        Set<FaultKind> kinds = kinds();
        Path used = folder == null ? FaultRun.temporaryFolder() : folder;
        FaultRun.Plan plan = new FaultRun.Plan(
                used,
                Duration.ofMinutes(minutes),
                seed == null ? new SecureRandom().nextInt(MAX_SEED) : seed,
                rate,
                kinds,
                RECOVERY_LIMIT);
        FaultRun.logTo(used);
        PrintWriter out = spec.commandLine().getOut();
        Ledger ledger;
        try {
            ledger = new FaultRun(plan, line -> {
                        out.println(line);
                        out.flush();
                    })
                    .run();
        } catch (IllegalStateException | EmbeddedStartException e) {
            spec.commandLine().getErr().println("tallystream: the run broke off: " + e.getMessage());
            spec.commandLine().getErr().println("What happened when is in " + plan.history() + ", logs are beside it.");
            return ExitCode.FAILURE;
        }
        out.println();
        out.println(ledger.text());
        if (ledger.isClean() && folder == null) {
            FaultRun.delete(used);
        } else {
            out.println();
            out.println("What happened when is in " + plan.history() + ", logs are beside it.");
        }
        out.flush();
        return ledger.isClean() ? ExitCode.OK : ExitCode.FAILURE;
    }

    private Set<FaultKind> kinds() {
        try {
            return only == null
                    ? FaultKind.forAnyUser()
                    : only.stream().map(FaultKind::ofLabel).collect(Collectors.toSet());
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), "--only: " + e.getMessage(), e);
        }
    }

    private void require(boolean holds, String otherwise) {
        if (!holds) {
            throw new ParameterException(spec.commandLine(), otherwise);
        }
    }
}
