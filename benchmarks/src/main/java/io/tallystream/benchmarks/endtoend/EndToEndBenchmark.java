package io.tallystream.benchmarks.endtoend;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tallystream.benchmarks.Benchmark;
import io.tallystream.benchmarks.MissingToolException;
import io.tallystream.benchmarks.Session;
import io.tallystream.benchmarks.load.HttpConnection;
import io.tallystream.benchmarks.load.Latencies;
import io.tallystream.benchmarks.process.Launcher;
import io.tallystream.benchmarks.report.Comparison;
import io.tallystream.benchmarks.report.Measurement;
import io.tallystream.benchmarks.report.ProcessUsage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * How long after the gateway has answered 202 the query API shows an event, while events keep coming in batches over HTTP:
 * with each service in a process of its own, and with {@code ./tallystream start}. All of it is on this machine, with the
 * load. In the end every acknowledged event has to be counted, or this fails.
 */
public final class EndToEndBenchmark implements Benchmark {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final String PROMISED = "promised, at most";
    private static final double PROMISED_P50 = 400;
    private static final double PROMISED_P99 = 1_000;
    private static final Duration COUNT_LIMIT = Duration.ofSeconds(60);
    private static final long LOOK_MILLIS = 100;

    /** Starts an installation. */
    private interface Starter {
        Installation start(Path folder) throws Exception;
    }

    private record Contender(String name, Starter starter) {}

    private record Comparisons(Comparison p50, Comparison p99, Comparison max) {}

    /**
     * Options: {@code rate} (20000 events per second), {@code batch} (100) of events in a request, {@code probes} (200) of
     * each round, {@code warm-up} (90) seconds of load before them, of which compilers are busy for most, {@code partitions}
     * (4).
     */
    @Override
    public void run(Session session) throws Exception {
        List<Contender> contenders = contenders(session);
        String title = "202 until visible in the query API, %,d events per second in batches of %,d"
                .formatted(rate(session), batch(session));
        Comparisons comparisons = new Comparisons(
                session.report().comparison(title + ", p50", "ms; CPU for each event of all processes", PROMISED),
                session.report().comparison(title + ", p99", "ms", PROMISED),
                session.report()
                        .comparison(title + ", max", "ms", contenders.get(0).name()));
        comparisons.p50().add(PROMISED, Measurement.of(PROMISED_P50));
        comparisons.p99().add(PROMISED, Measurement.of(PROMISED_P99));
        for (int round = 1; round <= session.rounds(); round++) {
            for (Contender contender : contenders) {
                session.tell("round %d: %s".formatted(round, contender.name()));
                Path folder = Files.createDirectory(
                        session.folder().resolve(contender.name().replace(' ', '-') + "-" + round));
                try (Installation installation = contender.starter().start(folder)) {
                    measure(session, contender, installation, comparisons);
                }
            }
        }
    }

    private static List<Contender> contenders(Session session) throws IOException, InterruptedException {
        int partitions = session.options().number("partitions", 4);
        List<Contender> contenders = new ArrayList<>();
        contenders.add(new Contender("separate services", folder -> SeparateServices.start(partitions, folder)));
        try {
            session.tell("building the standalone program, if its sources are newer");
            Launcher launcher = Launcher.ready(session.folder());
            contenders.add(
                    new Contender("standalone", folder -> StandaloneProgram.start(launcher, partitions, folder)));
        } catch (MissingToolException e) {
            session.leaveOut(e);
        }
        return contenders;
    }

    private static void measure(
            Session session, Contender contender, Installation installation, Comparisons comparisons) throws Exception {
        int probes = session.number("probes", 200, 20);
        try (Load load = Load.start(installation.ingestPort(), rate(session), batch(session));
                Prober prober = new Prober(installation)) {
            long warmUntil = System.nanoTime() + TimeUnit.SECONDS.toNanos(session.number("warm-up", 90, 5));
            while (System.nanoTime() - warmUntil < 0) {
                prober.probe();
                load.requireGoingOn();
            }
            installation.sinceLast();
            long before = load.acknowledged();
            long begin = System.nanoTime();
            long[] nanos = new long[probes];
            for (int i = 0; i < probes; i++) {
                nanos[i] = prober.probe();
                load.requireGoingOn();
            }
            long acknowledged = load.acknowledged() - before;
            double perSecond = acknowledged * 1e9 / (System.nanoTime() - begin);
            ProcessUsage.Spent spent = installation.sinceLast();
            Latencies latencies = Latencies.ofNanos(nanos);
            comparisons
                    .p50()
                    .add(contender.name(), Measurement.of(latencies.millis(0.50), spent, Math.max(1, acknowledged)));
            comparisons.p99().add(contender.name(), Measurement.of(latencies.millis(0.99)));
            comparisons.max().add(contender.name(), Measurement.of(latencies.millis(1)));
            long total = load.end() + prober.sent();
            requireAllCounted(installation, total);
            session.report()
                    .note("%s: %,.0f events per second acknowledged, %,d probes; all %,d acknowledged events counted"
                            .formatted(contender.name(), perSecond, probes, total));
        }
    }

    private static void requireAllCounted(Installation installation, long total)
            throws IOException, InterruptedException {
        long deadline = System.nanoTime() + COUNT_LIMIT.toNanos();
        try (HttpConnection query = new HttpConnection(installation.queryPort(), Installation.ADMIN_TOKEN)) {
            while (true) {
                long counted = counted(query, "calls") + counted(query, "clicks");
                if (counted == total) {
                    return;
                }
                if (counted > total || System.nanoTime() - deadline > 0) {
                    throw new IllegalStateException(
                            "%d events were acknowledged, and %d are counted".formatted(total, counted));
                }
                TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
            }
        }
    }

    private static long counted(HttpConnection query, String metric) throws IOException {
        HttpConnection.Answer answer = query.get("/api/v1/stats/trend?range=day&metric=" + metric);
        if (answer.status() != 200) {
            throw new IOException("the query API answered %d %s".formatted(answer.status(), answer.body()));
        }
        long sum = 0;
        for (JsonNode bucket : MAPPER.readTree(answer.body()).path("data")) {
            sum += bucket.path("count").asLong();
        }
        return sum;
    }

    private static int rate(Session session) {
        return session.options().number("rate", 20_000);
    }

    private static int batch(Session session) {
        return session.options().number("batch", 100);
    }
}
