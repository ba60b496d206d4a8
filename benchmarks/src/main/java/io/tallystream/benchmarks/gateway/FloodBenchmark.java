package io.tallystream.benchmarks.gateway;

import io.tallystream.benchmarks.Benchmark;
import io.tallystream.benchmarks.Session;
import io.tallystream.benchmarks.load.HttpConnection;
import io.tallystream.benchmarks.load.Latencies;
import io.tallystream.benchmarks.load.Pace;
import io.tallystream.benchmarks.process.Kafka;
import io.tallystream.benchmarks.report.Comparison;
import io.tallystream.benchmarks.report.Measurement;
import io.tallystream.runtime.security.ApiKey;
import io.tallystream.runtime.security.KeyFile;
import io.tallystream.runtime.security.KeyScope;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.stream.LongStream;

/**
 * How long the requests of one key take, alone and beside another key that sends a hundred times its rate, and what memory
 * the gateway has after that.
 */
public final class FloodBenchmark implements Benchmark {
    private static final String ALONE = "alone";
    private static final String BESIDE = "beside the flood";
    private static final String FLOODING = "flooding-0123456789-benchmark";
    private static final String PATH = "/v1/events";
    private static final int CALM_PER_SECOND = 200;
    private static final int FLOODING_CONNECTIONS = 8;
    private static final int PARTITIONS = 4;
    private static final double MEBI = 1 << 20;
    private static final byte[] EVENT = "{\"type\":\"api_call\",\"endpoint\":\"/a\",\"status\":200,\"user_id\":\"u1\"}"
            .getBytes(StandardCharsets.US_ASCII);

    /**
     * Options: {@code seconds} (10) of each run, {@code rate} (100) of the key that floods, {@code times} (100) that it
     * sends.
     */
    @Override
    public void run(Session session) throws Exception {
        int rate = session.options().number("rate", 100);
        int floodPerSecond = rate * session.options().number("times", 100);
        int seconds = session.number("seconds", 10, 3);
        KeyFile keys = new KeyFile(session.folder().resolve(KeyFile.NAME));
        keys.add(new ApiKey(
                "flooding", KeyScope.INGEST, ApiKey.digestOf(FLOODING), OptionalInt.of(rate), Set.of(), Instant.now()));
        try (Kafka kafka = Kafka.start(session.folder())) {
            kafka.createTopics(PARTITIONS);
            try (Gateway gateway = Gateway.start(
                    kafka.servers(), Map.of("KEYS_FILE", keys.path().toString()), session.folder())) {
                measure(session, gateway, new Run(gateway.port(), seconds, floodPerSecond));
            }
        }
    }

    private static void measure(Session session, Gateway gateway, Run run) throws Exception {
        session.tell("warming up");
        run.beside(true);
        run.beside(false);
        String title =
                "requests of a key at its rate, while another sends %,d per second".formatted(run.floodPerSecond);
        Comparison p50 = session.report().comparison(title + ", p50", "ms", ALONE);
        Comparison p99 = session.report().comparison(title + ", p99", "ms", ALONE);
        Comparison memory = session.report().comparison("resident memory of the gateway", "MiB", "after the warm-up");
        memory.add("after the warm-up", resident(gateway));
        for (int round = 1; round <= session.rounds(); round++) {
            for (String contender : List.of(ALONE, BESIDE)) {
                session.tell("round " + round + ": " + contender);
                Latencies latencies = run.beside(contender.equals(BESIDE));
                p50.add(contender, Measurement.of(latencies.millis(0.50)));
                p99.add(contender, Measurement.of(latencies.millis(0.99)));
            }
            memory.add("after a flood", resident(gateway));
        }
        session.report()
                .note("flood: %,d requests granted, %,d refused in all"
                        .formatted(run.granted.get(), run.refused.get()));
    }

    private static Measurement resident(Gateway gateway) {
        return Measurement.of(gateway.usage().residentBytes() / MEBI);
    }

    /** What both keys send. */
    private static final class Run {
        private final int port;
        private final int seconds;
        private final int floodPerSecond;
        private final AtomicLong refused = new AtomicLong();
        private final AtomicLong granted = new AtomicLong();

        Run(int port, int seconds, int floodPerSecond) {
            this.port = port;
            this.seconds = seconds;
            this.floodPerSecond = floodPerSecond;
        }

        /** How long the calm key's requests take. */
        Latencies beside(boolean flood) throws Exception {
            ExecutorService threads = Executors.newCachedThreadPool();
            long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
            BooleanSupplier goesOn = () -> System.nanoTime() - end < 0;
            try {
                List<Future<?>> flooding = new ArrayList<>();
                for (int i = 0; flood && i < FLOODING_CONNECTIONS; i++) {
                    flooding.add(threads.submit(() -> {
                        flood(goesOn);
                        return null;
                    }));
                }
                Latencies latencies = calm(goesOn);
                for (Future<?> one : flooding) {
                    one.get();
                }
                return latencies;
            } finally {
                threads.shutdownNow();
            }
        }

        private Latencies calm(BooleanSupplier goesOn) throws IOException {
            LongStream.Builder times = LongStream.builder();
            try (HttpConnection connection = new HttpConnection(port, Gateway.KEY)) {
                Pace.oneByOne(CALM_PER_SECOND, goesOn, due -> {
                    int status = connection.post(PATH, EVENT).status();
                    if (status != 202) {
                        throw new IllegalStateException("the calm key was answered " + status);
                    }
                    times.add(System.nanoTime() - due);
                });
            }
            return Latencies.ofNanos(times.build().toArray());
        }

        private void flood(BooleanSupplier goesOn) throws IOException {
            try (HttpConnection connection = new HttpConnection(port, FLOODING)) {
                Pace.oneByOne((double) floodPerSecond / FLOODING_CONNECTIONS, goesOn, due -> {
                    int status = connection.post(PATH, EVENT).status();
                    (status == 429 ? refused : granted).incrementAndGet();
                });
            }
        }
    }
}
