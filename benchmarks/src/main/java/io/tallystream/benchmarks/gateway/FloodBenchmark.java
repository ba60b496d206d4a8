package io.tallystream.benchmarks.gateway;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.tallystream.benchmarks.Figures;
import io.tallystream.benchmarks.Options;
import io.tallystream.embedded.EmbeddedKafka;
import io.tallystream.ingest.IngestApplication;
import io.tallystream.ingest.IngestConfig;
import io.tallystream.runtime.config.Environment;
import io.tallystream.runtime.lifecycle.ServiceContext;
import io.tallystream.runtime.management.Health;
import io.tallystream.runtime.management.HealthChecks;
import io.tallystream.runtime.security.ApiKey;
import io.tallystream.runtime.security.KeyFile;
import io.tallystream.runtime.security.KeyScope;
import io.tallystream.schema.count.Retention;
import io.tallystream.schema.kafka.TopicProvisioner;
import io.tallystream.schema.kafka.Topics;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.LongStream;
import org.apache.kafka.clients.admin.Admin;

/**
 * How long the requests of one key take, alone and beside another key that sends a hundred times its rate, and what the heap holds after
 * that. Gateway, Kafka and clients are in this JVM and share its processors.
 *
 * <p>Arguments: {@code rounds} (3), {@code seconds} (10) of each run, {@code rate} (100) of the key that floods, {@code times} (100) that
 * it sends.
 */
public final class FloodBenchmark {
    private static final String CALM = "calm-0123456789-benchmark";
    private static final String FLOODING = "flooding-0123456789-benchmark";
    private static final int CALM_PER_SECOND = 200;
    private static final int FLOODING_CONNECTIONS = 8;
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final String EVENT = "{\"type\":\"api_call\",\"endpoint\":\"/a\",\"status\":200,\"user_id\":\"u1\"}";

    private final int port;
    private final int seconds;
    private final int floodPerSecond;
    private final AtomicLong refused = new AtomicLong();
    private final AtomicLong granted = new AtomicLong();

    private FloodBenchmark(int port, int seconds, int floodPerSecond) {
        this.port = port;
        this.seconds = seconds;
        this.floodPerSecond = floodPerSecond;
    }

    /** Runs it and prints tables. */
    public static void main(String[] args) throws Exception {
        Options options = new Options(args, "rounds", "seconds", "rate", "times");
        int rate = options.number("rate", 100);
        int seconds = options.number("seconds", 10);
        Path folder = Files.createTempDirectory("flood-benchmark");
        KeyFile keys = new KeyFile(folder.resolve(KeyFile.NAME));
        keys.add(new ApiKey(
                "flooding", KeyScope.INGEST, ApiKey.digestOf(FLOODING), OptionalInt.of(rate), Set.of(), Instant.now()));
        try (EmbeddedKafka kafka = EmbeddedKafka.start(new EmbeddedKafka.Config(folder.resolve("kafka"), 0));
                Admin admin = Admin.create(Map.of("bootstrap.servers", kafka.bootstrapServers()))) {
            Retention retention = new Retention(LIMIT, LIMIT, LIMIT, LIMIT);
            new TopicProvisioner(admin, LIMIT)
                    .ensure(Topics.definitions(new Topics.Settings(4, (short) 1, Duration.ofDays(1), retention)));
            HealthChecks health = new HealthChecks();
            IngestApplication gateway = new IngestApplication(
                    new Environment(Map.of(
                                    "INGEST_PORT",
                                    "0",
                                    "INGEST_KEYS",
                                    "calm=" + CALM,
                                    "KEYS_FILE",
                                    keys.path().toString(),
                                    "KAFKA_BOOTSTRAP_SERVERS",
                                    kafka.bootstrapServers()))
                            .read(IngestConfig::from),
                    new ServiceContext(new SimpleMeterRegistry(), health, Throwable::printStackTrace));
            try {
                gateway.start();
                while (!health.results().values().stream().allMatch(Health::up)) {
                    TimeUnit.MILLISECONDS.sleep(20);
                }
                new FloodBenchmark(gateway.port(), seconds, rate * options.number("times", 100))
                        .run(options.number("rounds", 3));
            } finally {
                gateway.close();
            }
        }
    }

    private void run(int rounds) throws Exception {
        // For the compilers.
        beside(true);
        beside(false);
        Figures median = new Figures();
        Figures p99 = new Figures();
        Figures heap = new Figures();
        heap.add("MiB before", heapMiB());
        for (int round = 0; round < rounds; round++) {
            add("alone", beside(false), median, p99);
            add("beside the flood", beside(true), median, p99);
            heap.add("MiB after a flood", heapMiB());
        }
        median.print("microseconds of the calm key's requests, median");
        p99.print("microseconds of the calm key's requests, 99 of 100");
        heap.print("heap after a collection");
        System.out.printf(
                "beside the flood: median %.2f times, p99 %.2f times%n",
                median.median("beside the flood") / median.median("alone"),
                p99.median("beside the flood") / p99.median("alone"));
        System.out.printf(
                "flood: %,d requests per second wanted; %,d granted, %,d refused in all%n",
                floodPerSecond, granted.get(), refused.get());
    }

    private static void add(String name, long[] nanos, Figures median, Figures p99) {
        median.add(name, nanos[nanos.length / 2] / 1_000.0);
        p99.add(name, nanos[nanos.length * 99 / 100] / 1_000.0);
    }

    /** How long the calm key's requests take, sorted. */
    private long[] beside(boolean flood) throws Exception {
        ExecutorService threads = Executors.newCachedThreadPool();
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
        try {
            List<Future<?>> flooding = new ArrayList<>();
            for (int i = 0; flood && i < FLOODING_CONNECTIONS; i++) {
                flooding.add(threads.submit(() -> {
                    flood(until);
                    return null;
                }));
            }
            LongStream.Builder times = LongStream.builder();
            try (PacedClient calm = new PacedClient(port, CALM, EVENT)) {
                calm.send(CALM_PER_SECOND, until, (status, nanos) -> {
                    if (status != 202) {
                        throw new IllegalStateException("the calm key was answered " + status);
                    }
                    times.add(nanos);
                });
            }
            for (Future<?> one : flooding) {
                one.get();
            }
            long[] sorted = times.build().toArray();
            Arrays.sort(sorted);
            return sorted;
        } finally {
            threads.shutdownNow();
        }
    }

    private void flood(long until) throws IOException {
        try (PacedClient client = new PacedClient(port, FLOODING, EVENT)) {
            client.send(
                    (double) floodPerSecond / FLOODING_CONNECTIONS,
                    until,
                    (status, nanos) -> (status == 429 ? refused : granted).incrementAndGet());
        }
    }

    private static double heapMiB() {
        System.gc();
        return (Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory()) / 1024.0 / 1024.0;
    }
}
