package io.tallystream.benchmarks;

import io.tallystream.benchmarks.dsl.DslTopology;
import io.tallystream.embedded.EmbeddedKafka;
import io.tallystream.processor.ProcessorConfig;
import io.tallystream.processor.topology.CountTopology;
import io.tallystream.runtime.config.Environment;
import io.tallystream.schema.kafka.TopicProvisioner;
import io.tallystream.schema.kafka.Topics;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.streams.CloseOptions;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.Topology;

/**
 * How many events a second the processor counts, beside the plain DSL on the same topics and the same broker, which runs in this
 * JVM on the same processors. Contenders alternate; each time one reads everything from the beginning, exactly once, and the clock
 * runs from when it is running until all it has read and passed on is committed.
 *
 * <p>Arguments: events in all (1000000), of which the DSL is given this many (100000), rounds (3), commit intervals in milliseconds,
 * comma-separated (200,500,1000).
 */
public final class ProcessorBenchmark {
    private static final int PARTITIONS = 4;
    private static final int USERS = 100_000;
    private static final int ENDPOINTS = 50;
    private static final int BATCH = 10_000;
    private static final long LOOK_MS = 20;
    private static final Duration LIMIT = Duration.ofMinutes(10);

    private final EmbeddedKafka kafka;
    private final Path folder;
    private int run;

    private ProcessorBenchmark(EmbeddedKafka kafka, Path folder) {
        this.kafka = kafka;
        this.folder = folder;
    }

    /** A contender, by its topology. */
    private record Contender(String name, Topology topology, Map<String, Object> settings) {}

    /** Runs it and prints a table. */
    public static void main(String[] args) throws Exception {
        int events = args.length > 0 ? Integer.parseInt(args[0]) : 1_000_000;
        int dslEvents = args.length > 1 ? Integer.parseInt(args[1]) : 100_000;
        int rounds = args.length > 2 ? Integer.parseInt(args[2]) : 3;
        List<Integer> intervals = Arrays.stream((args.length > 3 ? args[3] : "200,500,1000").split(","))
                .map(Integer::valueOf)
                .toList();
        Path folder = Files.createTempDirectory("tallystream-benchmark");
        try (EmbeddedKafka kafka = EmbeddedKafka.start(new EmbeddedKafka.Config(folder.resolve("kafka"), 0))) {
            new ProcessorBenchmark(kafka, folder).compare(events, dslEvents, rounds, intervals);
        }
    }

    private void compare(int events, int dslEvents, int rounds, List<Integer> intervals) throws Exception {
        Map<String, List<Double>> rates = new TreeMap<>();
        for (int round = 0; round < rounds; round++) {
            for (int interval : intervals) {
                measure(rates, "dsl", interval, dslEvents);
                measure(rates, "engine", interval, events);
                measure(rates, "engine with deduplication", interval, events);
            }
        }
        System.out.printf("%-45s %12s %12s %12s%n", "events/s", "min", "median", "max");
        rates.forEach((name, measured) -> {
            double[] sorted =
                    measured.stream().mapToDouble(Double::doubleValue).sorted().toArray();
            System.out.printf(
                    "%-45s %,12.0f %,12.0f %,12.0f%n",
                    name, sorted[0], sorted[sorted.length / 2], sorted[sorted.length - 1]);
        });
    }

    private void measure(Map<String, List<Double>> rates, String kind, int interval, int events) throws Exception {
        Map<String, String> variables = Map.of(
                "KAFKA_BOOTSTRAP_SERVERS", kafka.bootstrapServers(),
                "PARTITIONS", Integer.toString(PARTITIONS),
                "DATA_DIR", folder.resolve("data-" + run).toString(),
                "KAFKA_STREAMS_COMMIT_INTERVAL_MS", Integer.toString(interval));
        ProcessorConfig config = new Environment(variables).read(ProcessorConfig::from);
        Contender contender = new Contender(kind, topology(kind, config), config.streams());
        try (Admin admin = Admin.create(config.admin())) {
            new TopicProvisioner(admin, LIMIT).ensure(Topics.definitions(config.topics()));
            produce(events, kind.contains("deduplication"));
            double rate = events / seconds(admin, contender);
            rates.computeIfAbsent("%s, commit every %4d ms".formatted(kind, interval), any -> new ArrayList<>())
                    .add(rate);
            System.out.printf("%s, commit every %d ms: %,.0f events/s%n", kind, interval, rate);
            admin.deleteTopics(admin.listTopics().names().get()).all().get();
            awaitNoTopics(admin);
        }
        run++;
    }

    private static Topology topology(String kind, ProcessorConfig config) {
        return switch (kind) {
            case "dsl" ->
                DslTopology.build(new DslTopology.Settings(
                        config.counting().zone(),
                        config.counting().allowedLateness(),
                        config.counting().allowedSkew(),
                        config.counting().eventsRetention(),
                        PARTITIONS));
            case "engine" -> CountTopology.build(config.counting().withDeduplicationHorizon(Duration.ZERO));
            default -> CountTopology.build(config.counting());
        };
    }

    private double seconds(Admin admin, Contender contender) throws Exception {
        Properties properties = new Properties();
        properties.putAll(contender.settings());
        String application = "benchmark-" + run;
        properties.put("application.id", application);
        try (KafkaStreams streams = new KafkaStreams(contender.topology(), properties)) {
            streams.start();
            while (streams.state() != KafkaStreams.State.RUNNING) {
                TimeUnit.MILLISECONDS.sleep(LOOK_MS);
            }
            long begin = System.nanoTime();
            while (!isDone(admin, application)) {
                if (streams.state() == KafkaStreams.State.ERROR || System.nanoTime() - begin > LIMIT.toNanos()) {
                    throw new IllegalStateException(contender.name() + " was not done within " + LIMIT);
                }
                TimeUnit.MILLISECONDS.sleep(LOOK_MS);
            }
            double seconds = (System.nanoTime() - begin) / 1e9;
            streams.close(CloseOptions.timeout(Duration.ofSeconds(10))
                    .withGroupMembershipOperation(CloseOptions.GroupMembershipOperation.LEAVE_GROUP));
            return seconds;
        }
    }

    /** Whether the application has committed all events and all that it has passed on to itself. */
    private static boolean isDone(Admin admin, String application) throws Exception {
        Map<TopicPartition, OffsetAndMetadata> committed = admin.listConsumerGroupOffsets(application)
                .partitionsToOffsetAndMetadata()
                .get();
        List<TopicPartition> read = new ArrayList<>();
        for (String topic : admin.listTopics().names().get()) {
            boolean passedOn = topic.startsWith(application) && topic.endsWith("-repartition");
            if (passedOn || Topics.EVENTS.contains(topic)) {
                for (int partition = 0; partition < PARTITIONS; partition++) {
                    read.add(new TopicPartition(topic, partition));
                }
            }
        }
        var ends = admin.listOffsets(read.stream().collect(Collectors.toMap(any -> any, any -> OffsetSpec.latest())))
                .all()
                .get();
        return read.stream().allMatch(partition -> {
            long end = ends.get(partition).offset();
            OffsetAndMetadata offset = committed.get(partition);
            // The last records of a topic written in transactions are their markers, which no consumer reads.
            return end == 0 || (offset != null && offset.offset() >= end - 1);
        });
    }

    private void produce(int events, boolean withIds) throws Exception {
        Random random = new Random(20261121);
        Map<String, Object> settings = Map.of(
                "bootstrap.servers",
                kafka.bootstrapServers(),
                "linger.ms",
                20,
                "batch.size",
                256 * 1024,
                "compression.type",
                "lz4");
        try (KafkaProducer<byte[], byte[]> producer =
                new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer())) {
            for (int i = 0; i < events; i++) {
                String user = "u" + random.nextInt(USERS);
                boolean click = random.nextInt(5) == 0;
                String id = withIds ? "\"id\":\"e-" + i + "\"," : "";
                String json = click
                        ? "{\"type\":\"click\",%s\"user_id\":\"%s\",\"product_id\":\"p%d\",\"time\":%d}"
                                .formatted(id, user, random.nextInt(200), System.currentTimeMillis())
                        : "{\"type\":\"api_call\",%s\"user_id\":\"%s\",\"endpoint\":\"/api/v1/resource%d\",\"status\":%d,\"duration_ms\":%d,\"time\":%d}"
                                .formatted(
                                        id,
                                        user,
                                        random.nextInt(ENDPOINTS),
                                        random.nextInt(10) == 0 ? 500 : 200,
                                        random.nextInt(300),
                                        System.currentTimeMillis());
                var sent = producer.send(new ProducerRecord<>(
                        click ? Topics.USER_ACTIONS : Topics.API_CALLS,
                        user.getBytes(StandardCharsets.UTF_8),
                        json.getBytes(StandardCharsets.UTF_8)));
                if (i % BATCH == BATCH - 1) {
                    sent.get();
                }
            }
        }
    }

    private static void awaitNoTopics(Admin admin) throws Exception {
        while (!admin.listTopics().names().get().isEmpty()) {
            TimeUnit.MILLISECONDS.sleep(LOOK_MS);
        }
    }
}
