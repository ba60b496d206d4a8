package io.tallystream.faults;

import static java.util.Objects.requireNonNull;

import io.tallystream.faults.check.FinalCheck;
import io.tallystream.faults.check.Invariant;
import io.tallystream.faults.check.Violations;
import io.tallystream.faults.check.Watch;
import io.tallystream.faults.fault.Fault;
import io.tallystream.faults.fault.FaultKind;
import io.tallystream.faults.fault.Schedule;
import io.tallystream.faults.load.Load;
import io.tallystream.faults.load.Requests;
import io.tallystream.faults.system.Installation;
import io.tallystream.faults.truth.Journal;
import io.tallystream.faults.truth.Tally;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** One run: an installation under load, one fault after the other, and the books at the end. For one thread. */
public final class FaultRun {
    private static final Duration START_LIMIT = Duration.ofMinutes(5);
    // A run goes on after a recovery that took too long, and says so.
    private static final Duration RECOVERY_PATIENCE = Duration.ofMinutes(5);
    private static final Duration END_LIMIT = Duration.ofMinutes(3);
    private static final long CALM_MILLIS = 1_000;

    private final Plan plan;
    private final Consumer<String> progress;
    private final Clock clock = Clock.systemUTC();

    /**
     * What to run.
     *
     * @param folder for data, logs and the history; created where missing
     * @param length how long to go on with faults; longer where not every kind has come once by then
     * @param seed from which load and faults follow
     * @param eventsPerSecond while nothing is wrong
     * @param kinds the faults; none for a run in which nothing goes wrong
     * @param recoveryLimit how long after the end of a fault all that was acknowledged has to be counted, five minutes at most
     */
    public record Plan(
            Path folder,
            Duration length,
            long seed,
            int eventsPerSecond,
            Set<FaultKind> kinds,
            Duration recoveryLimit) {
        /** Copies the set. */
        public Plan {
            requireNonNull(folder, "folder");
            requireNonNull(length, "length");
            requireNonNull(recoveryLimit, "recoveryLimit");
            if (eventsPerSecond < 1) {
                throw new IllegalArgumentException("eventsPerSecond must be positive");
            }
            kinds = Set.copyOf(kinds);
        }

        /** Where it is written down what happened when. */
        public Path history() {
            return folder.resolve("history.jsonl");
        }
    }

    /** @param progress gets a line for people now and then */
    public FaultRun(Plan plan, Consumer<String> progress) {
        this.plan = requireNonNull(plan, "plan");
        this.progress = requireNonNull(progress, "progress");
    }

    /**
     * Runs it. Takes as long as planned, and some two minutes.
     *
     * @throws Exception if the installation cannot be started, or the run itself breaks; no violation is thrown
     */
    public Ledger run() throws Exception {
        Files.createDirectories(plan.folder());
        try (History history = new History(plan.history(), clock)) {
            history.note("plan", plan.toString());
            tell(history, "starting", "three brokers, Redis and seven services");
            Violations violations = new Violations(clock, found -> tell(history, "violation", found.toString()));
            Tally truth = new Tally();
            Journal journal = new Journal(truth);
            boolean smallDisks = plan.kinds().stream().anyMatch(FaultKind::needsSmallDisks);
            Requests requests = new Requests(detail -> violations.add(Invariant.NO_PHANTOM, detail));
            try (Installation installation = Installation.start(plan.folder(), smallDisks, START_LIMIT)) {
                return run(new Parts(installation, journal, truth, requests, violations, history));
            }
        }
    }

    private record Parts(
            Installation installation,
            Journal journal,
            Tally truth,
            Requests requests,
            Violations violations,
            History history) {}

    private Ledger run(Parts parts) throws Exception {
        long begin = System.nanoTime();
        tell(parts.history(), "load", plan.eventsPerSecond() + " events/s, seed " + plan.seed());
        Map<FaultKind, List<Duration>> recoveries;
        Duration length;
        FinalCheck.Result check;
        try (Watch watch = new Watch(parts.installation(), parts.journal(), parts.violations())) {
            try (Load load = Load.start(
                    parts.installation(), parts.journal(), parts.requests(), plan.seed(), plan.eventsPerSecond())) {
                recoveries = faults(parts, watch, begin);
                length = Duration.ofNanos(System.nanoTime() - begin);
                stop(load, parts.violations());
            }
            tell(parts.history(), "comparing", "all counts with what was sent");
            check = new FinalCheck(parts.installation(), parts.journal(), parts.truth(), parts.violations())
                    .run(END_LIMIT);
            return new Ledger(
                    plan.seed(),
                    length,
                    parts.journal().issued(),
                    parts.journal().acknowledged(),
                    parts.journal().refused(),
                    parts.requests().byStatus(),
                    parts.requests().unknown(),
                    check,
                    recoveries,
                    watch.worstStaleness(),
                    parts.requests().longest(),
                    parts.violations().first(),
                    parts.violations().number());
        }
    }

    private Map<FaultKind, List<Duration>> faults(Parts parts, Watch watch, long begin) throws InterruptedException {
        Map<FaultKind, List<Duration>> recoveries = new EnumMap<>(FaultKind.class);
        if (plan.kinds().isEmpty()) {
            TimeUnit.NANOSECONDS.sleep(begin + plan.length().toNanos() - System.nanoTime());
            return recoveries;
        }
        Schedule schedule = new Schedule(plan.kinds().stream().sorted().toList(), plan.seed());
        boolean over = false;
        while (!over) {
            TimeUnit.MILLISECONDS.sleep(CALM_MILLIS);
            Fault fault = schedule.next();
            Duration recovery = happen(fault, parts, watch);
            recoveries.computeIfAbsent(fault.kind(), any -> new ArrayList<>()).add(recovery);
            over = recoveries.size() == plan.kinds().size()
                    && System.nanoTime() - begin >= plan.length().toNanos();
        }
        return recoveries;
    }

    /** Lets a fault happen and end, and returns how long after that all that was acknowledged is counted. */
    private Duration happen(Fault fault, Parts parts, Watch watch) throws InterruptedException {
        Installation installation = parts.installation();
        parts.history().note("begin", fault.toString());
        if (fault.kind().losesRedis()) {
            watch.redisMayLoseData();
        }
        fault.begin(installation);
        TimeUnit.MILLISECONDS.sleep(fault.length().toMillis());
        long acknowledged = parts.journal().acknowledgedCalls();
        long end = System.nanoTime();
        parts.history().note("end", fault.toString());
        fault.end(installation);
        boolean recovered = watch.awaitVisible(acknowledged, RECOVERY_PATIENCE);
        Duration recovery = Duration.ofNanos(System.nanoTime() - end);
        if (!recovered || recovery.compareTo(plan.recoveryLimit()) > 0) {
            parts.violations()
                    .add(
                            Invariant.CONVERGENCE,
                            "%s: counts were not exact again after %d s"
                                    .formatted(fault.kind().label(), recovery.toSeconds()));
        }
        tell(
                parts.history(),
                fault.kind().label(),
                "for %.1f s, exact again after %.1f s"
                        .formatted(fault.length().toMillis() / 1000.0, recovery.toMillis() / 1000.0));
        installation.awaitReady(START_LIMIT);
        return recovery;
    }

    private static void stop(Load load, Violations violations) throws Exception {
        try {
            load.stop(END_LIMIT);
        } catch (TimeoutException e) {
            violations.add(
                    Invariant.LIVENESS, "a client has no answer " + END_LIMIT.toSeconds() + " s after the last fault");
        }
    }

    private void tell(History history, String event, String detail) {
        history.note(event, detail);
        progress.accept("%s  %-20s %s".formatted(clock.instant().toString().substring(11, 19), event, detail));
    }

    /** Has what this JVM logs go to a file in that folder. Has to be called before anything logs. */
    public static void logTo(Path folder) {
        System.setProperty("tallystream.faults.log", folder.resolve("prove.log").toString());
        System.setProperty("log4j2.configurationFile", "classpath:log4j2-faults.xml");
    }

    /** Where a run's data can be when nobody says where. */
    public static Path temporaryFolder() throws IOException {
        return Files.createTempDirectory("tallystream-prove-");
    }

    /** Deletes the folder of a run that is over. */
    public static void delete(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }
}
