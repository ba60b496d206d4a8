package io.tallystream.benchmarks.gateway;

import com.sun.management.OperatingSystemMXBean;
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
import io.tallystream.schema.count.Retention;
import io.tallystream.schema.kafka.TopicProvisioner;
import io.tallystream.schema.kafka.Topics;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.TopicPartition;

/**
 * Requests and events per second that the gateway acknowledges, beside a web application that counts in Redis itself, and latency at
 * half of that load. Gateway and Kafka are in this JVM; {@code wrk} and the baseline are on the same processors, and take turns.
 *
 * <p>Arguments: {@code rounds} (3), {@code seconds} (10) of each run, {@code connections} (64), {@code partitions} (4), {@code baseline}
 * (../shared/baselines), the folder with {@code incr_per_call.py} and {@code post_event.lua}, {@code contenders}
 * (baseline,single,batches). Variables {@code KAFKA_PRODUCER_*} are the gateway's.
 */
public final class IngestBenchmark {
    private static final String KEY = "0123456789-benchmark";
    private static final int BATCH = 100;
    private static final String BASELINE = "baseline, single events";
    private static final String SINGLE = "gateway, single events";
    private static final String BATCHES = "gateway, events in batches of " + BATCH;
    private static final Duration LIMIT = Duration.ofSeconds(30);

    private IngestBenchmark() {}

    /** Runs it and prints tables. */
    public static void main(String[] args) throws Exception {
        Options options = new Options(args, "rounds", "seconds", "connections", "partitions", "baseline", "contenders");
        Path baselines =
                Path.of(options.texts("baseline", "../shared/baselines").get(0));
        List<String> contenders = options.texts("contenders", "baseline,single,batches");
        int connections = options.number("connections", 64);
        int partitions = options.number("partitions", 4);
        Baseline.requireTools();
        Wrk wrk = new Wrk(connections, options.number("seconds", 10));
        Path folder = Files.createTempDirectory("ingest-benchmark");
        Path single = baselines.resolve("post_event.lua");
        Path batches = Wrk.script(folder, "post_batch.lua");
        Path paced = Wrk.script(folder, "paced.lua");
        SimpleMeterRegistry meters = new SimpleMeterRegistry();
        try (EmbeddedKafka kafka = EmbeddedKafka.start(new EmbeddedKafka.Config(folder.resolve("kafka"), 0));
                Admin admin = Admin.create(Map.of("bootstrap.servers", kafka.bootstrapServers()));
                Baseline baseline = Baseline.start(baselines);
                Gateway gateway = Gateway.start(kafka.bootstrapServers(), admin, partitions, meters)) {
            Figures rates = new Figures();
            // For the compilers.
            wrk.run(single, gateway.url(), gateway.variables());
            wrk.run(batches, gateway.url(), gateway.variables());
            for (int round = 0; round < options.number("rounds", 3); round++) {
                if (contenders.contains("baseline")) {
                    add(rates, BASELINE, 1, wrk.run(single, baseline.url(), Map.of()));
                }
                if (contenders.contains("single")) {
                    addWithCost(rates, SINGLE, 1, () -> wrk.run(single, gateway.url(), gateway.variables()), meters);
                }
                if (contenders.contains("batches")) {
                    addWithCost(
                            rates, BATCHES, BATCH, () -> wrk.run(batches, gateway.url(), gateway.variables()), meters);
                }
            }
            rates.print("acknowledged events per second, %d connections".formatted(connections));
            if (contenders.contains("baseline") && contenders.contains("single")) {
                System.out.printf(
                        "single events: %.1f times the baseline%n", rates.median(SINGLE) / rates.median(BASELINE));
            }
            if (contenders.contains("single")) {
                atHalfLoad(SINGLE, 1, rates, wrk, connections, paced, single, gateway);
            }
            if (contenders.contains("batches")) {
                atHalfLoad(BATCHES, BATCH, rates, wrk, connections, paced, batches, gateway);
            }
            System.out.printf("acknowledged: %,.0f; in Kafka: %,d%n", accepted(meters), records(admin, partitions));
        }
    }

    @FunctionalInterface
    private interface Run {
        Wrk.Result run() throws Exception;
    }

    /** Besides tells what an event cost this JVM, which is the gateway and Kafka. */
    private static void addWithCost(
            Figures rates, String name, int eventsPerRequest, Run run, SimpleMeterRegistry meters) throws Exception {
        double events = accepted(meters);
        long cpu = cpuNanos();
        add(rates, name, eventsPerRequest, run.run());
        System.out.printf(
                "  CPU time of gateway and Kafka: %.2f µs per event%n",
                (cpuNanos() - cpu) / 1e3 / (accepted(meters) - events));
    }

    private static long cpuNanos() {
        return ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getProcessCpuTime();
    }

    private static double accepted(SimpleMeterRegistry meters) {
        return meters.get("tallystream.ingest.events")
                .tag("result", "accepted")
                .counter()
                .count();
    }

    private static void add(Figures rates, String name, int eventsPerRequest, Wrk.Result result) {
        rates.add(name, result.requestsPerSecond() * eventsPerRequest);
        System.out.printf("  p50 %.2f ms, p99 %.2f ms %s%n", result.p50(), result.p99(), result.faults());
    }

    private static void atHalfLoad(
            String name,
            int eventsPerRequest,
            Figures rates,
            Wrk wrk,
            int connections,
            Path paced,
            Path script,
            Gateway gateway)
            throws Exception {
        double wanted = rates.median(name) / eventsPerRequest / 2;
        Map<String, String> variables = new HashMap<>(gateway.variables());
        variables.put("PACED", script.toAbsolutePath().toString());
        // What a request takes itself is found by the first try.
        double delay = 1_000.0 * connections / wanted;
        Wrk.Result result = null;
        for (int attempt = 0; attempt < 3; attempt++) {
            variables.put("DELAY_MS", Double.toString(delay));
            result = wrk.run(paced, gateway.url(), variables);
            delay = Math.max(0, delay + 1_000.0 * connections * (1 / wanted - 1 / result.requestsPerSecond()));
        }
        System.out.printf(
                "%s at %.0f %% of that load (%,.0f events/s): p50 %.2f ms, p99 %.2f ms %s%n",
                name,
                50 * result.requestsPerSecond() / wanted,
                result.requestsPerSecond() * eventsPerRequest,
                result.p50(),
                result.p99(),
                result.faults());
    }

    private static long records(Admin admin, int partitions) throws Exception {
        Map<TopicPartition, OffsetSpec> ends = new HashMap<>();
        for (String topic : Topics.EVENTS) {
            for (int partition = 0; partition < partitions; partition++) {
                ends.put(new TopicPartition(topic, partition), OffsetSpec.latest());
            }
        }
        return admin.listOffsets(ends).all().get().values().stream()
                .mapToLong(ListOffsetsResultInfo::offset)
                .sum();
    }

    /** The gateway with its topics. */
    private record Gateway(IngestApplication application) implements AutoCloseable {
        static Gateway start(String servers, Admin admin, int partitions, SimpleMeterRegistry meters) throws Exception {
            Retention retention = new Retention(LIMIT, LIMIT, LIMIT, LIMIT);
            new TopicProvisioner(admin, LIMIT)
                    .ensure(Topics.definitions(
                            new Topics.Settings(partitions, (short) 1, Duration.ofDays(1), retention)));
            HealthChecks health = new HealthChecks();
            Map<String, String> variables = new HashMap<>(System.getenv());
            variables.keySet().removeIf(name -> !name.startsWith("KAFKA_PRODUCER_"));
            variables.putAll(
                    Map.of("INGEST_PORT", "0", "INGEST_KEYS", "benchmark=" + KEY, "KAFKA_BOOTSTRAP_SERVERS", servers));
            IngestApplication application = new IngestApplication(
                    new Environment(variables).read(IngestConfig::from),
                    new ServiceContext(meters, health, Throwable::printStackTrace));
            application.start();
            while (!health.results().values().stream().allMatch(Health::up)) {
                TimeUnit.MILLISECONDS.sleep(20);
            }
            return new Gateway(application);
        }

        String url() {
            return "http://127.0.0.1:" + application.port() + "/v1/events";
        }

        Map<String, String> variables() {
            return Map.of("INGEST_KEY", KEY);
        }

        @Override
        public void close() {
            application.close();
        }
    }
}
