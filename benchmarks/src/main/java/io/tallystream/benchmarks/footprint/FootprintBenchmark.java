package io.tallystream.benchmarks.footprint;

import io.tallystream.benchmarks.Benchmark;
import io.tallystream.benchmarks.Session;
import io.tallystream.benchmarks.process.Launcher;
import io.tallystream.benchmarks.process.StandaloneChild;
import io.tallystream.benchmarks.report.Comparison;
import io.tallystream.benchmarks.report.Measurement;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * How soon {@code ./tallystream demo} is ready, on an empty data folder and again on the same, and how much memory it has
 * after a while of its own traffic: its JVM with Kafka, and its Redis. Beside what is promised.
 */
public final class FootprintBenchmark implements Benchmark {
    private static final String PROMISED = "promised, at most";
    private static final double PROMISED_SECONDS = 10;
    private static final double PROMISED_MIB = 1_024;
    private static final double MEBI = 1 << 20;

    /** Options: {@code seconds} (120) of traffic. */
    @Override
    public void run(Session session) throws Exception {
        int seconds = session.number("seconds", 120, 20);
        session.tell("building the standalone program, if its sources are newer");
        Launcher launcher = Launcher.ready(session.folder());
        Comparison ready = session.report().comparison("./tallystream demo is ready after", "seconds", PROMISED);
        Comparison memory = session.report()
                .comparison(
                        "resident memory of ./tallystream demo and its Redis, as told by the system", "MiB", PROMISED);
        ready.add(PROMISED, Measurement.of(PROMISED_SECONDS));
        memory.add(PROMISED, Measurement.of(PROMISED_MIB));
        for (int round = 1; round <= session.rounds(); round++) {
            Path data = session.folder().resolve("data-" + round);
            session.tell("round %d: first start, and %d s of traffic".formatted(round, seconds));
            long begin = System.nanoTime();
            try (StandaloneChild demo = start(session, launcher, data)) {
                demo.awaitReady();
                ready.add("first start", since(begin));
                TimeUnit.SECONDS.sleep(seconds);
                memory.add(
                        "after %d s of traffic".formatted(seconds),
                        Measurement.of(demo.usage().residentBytes() / MEBI));
                memory.add(
                        "at most, each process at its own worst",
                        Measurement.of(demo.usage().sinceLast().peakBytes() / MEBI));
            }
            session.tell("round %d: second start".formatted(round));
            begin = System.nanoTime();
            try (StandaloneChild demo = start(session, launcher, data)) {
                demo.awaitReady();
                ready.add("second start, same data", since(begin));
            }
        }
    }

    private static StandaloneChild start(Session session, Launcher launcher, Path data) throws IOException {
        return StandaloneChild.start(launcher, "demo", Map.of(), data, session.folder());
    }

    private static Measurement since(long begin) {
        return Measurement.of((System.nanoTime() - begin) / 1e9);
    }
}
