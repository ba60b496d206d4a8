package io.tallystream.benchmarks.endtoend;

import io.lettuce.core.RedisClient;
import io.tallystream.benchmarks.process.Kafka;
import io.tallystream.benchmarks.process.ServiceChild;
import io.tallystream.benchmarks.report.ProcessUsage;
import io.tallystream.embedded.EmbeddedRedis;
import io.tallystream.embedded.LoopbackPorts;
import io.tallystream.ingest.IngestMain;
import io.tallystream.processor.ProcessorMain;
import io.tallystream.query.QueryMain;
import io.tallystream.sink.SinkMain;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** Kafka, Redis and the four services, each a process. */
final class SeparateServices implements Installation {
    private static final String PROCESS_ID = "process_id:";

    private final Deque<AutoCloseable> closing = new ArrayDeque<>();
    private final List<ProcessUsage> usages = new ArrayList<>();
    private final int ingestPort;
    private final int queryPort;

    private SeparateServices(int ingestPort, int queryPort) {
        this.ingestPort = ingestPort;
        this.queryPort = queryPort;
    }

    /** Starts everything, and returns when it is ready. */
    static SeparateServices start(int partitions, Path folder) throws Exception {
        List<Integer> ports = LoopbackPorts.anyFree(2);
        SeparateServices services = new SeparateServices(ports.get(0), ports.get(1));
        try {
            services.startAll(partitions, folder);
            return services;
        } catch (Exception e) {
            services.close();
            throw e;
        }
    }

    private void startAll(int partitions, Path folder) throws Exception {
        Kafka kafka = own(Kafka.start(folder));
        usages.add(kafka.usage());
        EmbeddedRedis redis = own(EmbeddedRedis.start(new EmbeddedRedis.Config(
                folder.resolve("redis"), 0, UUID.randomUUID().toString())));
        usages.add(new ProcessUsage(process(redis)));
        Map<String, String> settings = new HashMap<>();
        settings.put("KAFKA_BOOTSTRAP_SERVERS", kafka.servers());
        settings.put("REDIS_URI", redis.uri());
        settings.put("PARTITIONS", Integer.toString(partitions));
        settings.put("INGEST_KEYS", "benchmark=" + INGEST_KEY);
        settings.put("ADMIN_TOKEN", ADMIN_TOKEN);
        settings.put("INGEST_PORT", Integer.toString(ingestPort));
        settings.put("QUERY_PORT", Integer.toString(queryPort));
        // The processor makes the topics, which the others wait for.
        List<ServiceChild> services = List.of(
                service("processor", ProcessorMain.class, settings, folder),
                service("sink", SinkMain.class, settings, folder),
                service("query-api", QueryMain.class, settings, folder),
                service("gateway", IngestMain.class, settings, folder));
        for (ServiceChild service : services) {
            service.awaitReady();
        }
    }

    private ServiceChild service(String name, Class<?> main, Map<String, String> settings, Path folder)
            throws IOException {
        ServiceChild service = own(ServiceChild.start(name, main, settings, folder));
        usages.add(service.usage());
        return service;
    }

    private static ProcessHandle process(EmbeddedRedis redis) {
        try (RedisClient client = RedisClient.create(redis.uri())) {
            String info = client.connect().sync().info("server");
            client.shutdown(Duration.ZERO, Duration.ofSeconds(2));
            return info.lines()
                    .filter(line -> line.startsWith(PROCESS_ID))
                    .map(line -> Long.parseLong(line.substring(PROCESS_ID.length())))
                    .flatMap(pid -> ProcessHandle.of(pid).stream())
                    .findFirst()
                    .orElseThrow();
        }
    }

    private <T extends AutoCloseable> T own(T part) {
        closing.push(part);
        return part;
    }

    @Override
    public int ingestPort() {
        return ingestPort;
    }

    @Override
    public int queryPort() {
        return queryPort;
    }

    @Override
    public ProcessUsage.Spent sinceLast() {
        Duration cpu = Duration.ZERO;
        long peakBytes = 0;
        for (ProcessUsage usage : usages) {
            ProcessUsage.Spent spent = usage.sinceLast();
            cpu = cpu.plus(spent.cpu());
            peakBytes += spent.peakBytes();
        }
        return new ProcessUsage.Spent(cpu, peakBytes);
    }

    @Override
    public void close() {
        while (!closing.isEmpty()) {
            try {
                closing.pop().close();
            } catch (Exception e) {
                throw new IllegalStateException("not all could be ended", e);
            }
        }
    }
}
