package io.tallystream.faults.system;

import static java.util.Objects.requireNonNull;

import io.tallystream.embedded.EmbeddedKafkaCluster;
import io.tallystream.embedded.LoopbackPorts;
import io.tallystream.embedded.MortalRedis;
import io.tallystream.ingest.IngestMain;
import io.tallystream.processor.ProcessorMain;
import io.tallystream.query.QueryMain;
import io.tallystream.sink.SinkMain;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * A whole installation on this machine: three brokers, a Redis, and two of each service but the query API, each a process of
 * its own. Clients reach the gateways, and sinks and query API reach Redis, over connections that can be disturbed. All ends
 * with this JVM.
 *
 * <p>Set up as for production, except that Kafka gives up on a silent member of a group after {@link #SESSION_TIMEOUT}
 * rather than 45 s, so that being given up on can be tried often.
 */
public final class Installation implements AutoCloseable {
    /** After how long without a sign of life others take over from a processor or a sink. */
    public static final Duration SESSION_TIMEOUT = Duration.ofSeconds(8);

    /** The broker that can have a disk of its own. */
    public static final int BROKER_WITH_DISK = 1;

    /** How many partitions each topic has. */
    public static final int PARTITIONS = 4;

    /** For how long the gateways may take over an answer. */
    public static final Duration REQUEST_DEADLINE = Duration.ofSeconds(6);

    /** May send events. */
    public static final String INGEST_KEY = "fault-tests-ingest-key";

    /** May ask everything. */
    public static final String ADMIN_TOKEN = "fault-tests-admin-token";

    private static final String REDIS_PASSWORD = "fault-tests";

    private final Path folder;
    private final Deque<AutoCloseable> closing = new ArrayDeque<>();
    private final List<ServiceHandle> gateways = new ArrayList<>();
    private final List<FlakyProxy> waysIn = new ArrayList<>();
    private final List<ServiceHandle> processors = new ArrayList<>();
    private final List<ServiceHandle> sinks = new ArrayList<>();
    private SmallDisk brokerDisk;
    private SmallDisk processorDisk;
    private SmallDisk redisDisk;
    private Leash leash;
    private EmbeddedKafkaCluster kafka;
    private MortalRedis redis;
    private FlakyProxy wayToRedis;
    private ServiceHandle query;
    private int queryPort;

    private Installation(Path folder) {
        this.folder = folder;
    }

    /**
     * Starts everything and returns when all services are ready.
     *
     * @param folder for data and logs
     * @param smallDisks whether some have disks of their own, for which this has to be root on Linux
     * @param limit for how long the services may take
     * @throws IllegalStateException if they are not ready by then, or end, or if there can be no such disks
     */
    public static Installation start(Path folder, boolean smallDisks, Duration limit) throws IOException {
        Installation installation = new Installation(requireNonNull(folder, "folder"));
        try {
            if (smallDisks) {
                installation.mountDisks();
            }
            installation.startAll();
            installation.awaitReady(limit);
            return installation;
        } catch (IOException | RuntimeException | Error e) {
            installation.close();
            throw e;
        }
    }

    private void mountDisks() throws IOException {
        brokerDisk = own(SmallDisk.mount(folder.resolve("kafka").resolve("broker-" + BROKER_WITH_DISK)));
        processorDisk = own(SmallDisk.mount(folder.resolve("processor-1")));
        redisDisk = own(SmallDisk.mount(folder.resolve("redis")));
    }

    private void startAll() throws IOException {
        Files.createDirectories(folder);
        leash = own(Leash.start());
        kafka = own(EmbeddedKafkaCluster.start(folder.resolve("kafka")));
        redis = own(MortalRedis.start(folder.resolve("redis"), REDIS_PASSWORD));
        wayToRedis = own(FlakyProxy.start(redis.port()));
        List<Integer> ports = LoopbackPorts.anyFree(10);
        int next = 0;
        for (int number = 1; number <= 2; number++) {
            processors.add(service("processor-" + number, ProcessorMain.class, ports.get(next++), Map.of()));
            sinks.add(service("sink-" + number, SinkMain.class, ports.get(next++), Map.of()));
            int port = ports.get(next++);
            gateways.add(service(
                    "gateway-" + number,
                    IngestMain.class,
                    ports.get(next++),
                    Map.of("INGEST_PORT", Integer.toString(port))));
            waysIn.add(own(FlakyProxy.start(port)));
        }
        queryPort = ports.get(next++);
        query = service(
                "query-api", QueryMain.class, ports.get(next), Map.of("QUERY_PORT", Integer.toString(queryPort)));
        services().forEach(ServiceHandle::start);
    }

    private ServiceHandle service(String name, Class<?> main, int managementPort, Map<String, String> more) {
        Map<String, String> variables = new TreeMap<>(more);
        variables.put("KAFKA_BOOTSTRAP_SERVERS", kafka.bootstrapServers());
        variables.put("REDIS_URI", redis.uriThrough(wayToRedis.port()));
        variables.put("PARTITIONS", Integer.toString(PARTITIONS));
        variables.put("REPLICATION_FACTOR", Integer.toString(EmbeddedKafkaCluster.BROKERS));
        variables.put("REQUEST_DEADLINE", REQUEST_DEADLINE.toString());
        variables.put("INGEST_KEYS", "fault-tests=" + INGEST_KEY);
        variables.put("ADMIN_TOKEN", ADMIN_TOKEN);
        String timeout = Long.toString(SESSION_TIMEOUT.toMillis());
        String heartbeat = Long.toString(SESSION_TIMEOUT.toMillis() / 4);
        variables.put("KAFKA_STREAMS_CONSUMER_SESSION_TIMEOUT_MS", timeout);
        variables.put("KAFKA_STREAMS_CONSUMER_HEARTBEAT_INTERVAL_MS", heartbeat);
        variables.put("KAFKA_CONSUMER_SESSION_TIMEOUT_MS", timeout);
        variables.put("KAFKA_CONSUMER_HEARTBEAT_INTERVAL_MS", heartbeat);
        return new ServiceHandle(name, main.getName(), variables, folder, managementPort, leash);
    }

    private <T extends AutoCloseable> T own(T part) {
        closing.push(part);
        return part;
    }

    /**
     * Returns when all services are ready.
     *
     * @throws IllegalStateException if one is not within the limit, or has ended by itself
     */
    public void awaitReady(Duration limit) {
        long deadline = System.nanoTime() + limit.toNanos();
        services().forEach(service -> service.awaitReady(Duration.ofNanos(deadline - System.nanoTime())));
    }

    /** The brokers. */
    public EmbeddedKafkaCluster kafka() {
        return kafka;
    }

    /** The Redis, without a proxy. */
    public MortalRedis redis() {
        return redis;
    }

    /** Between sinks and query API, and Redis. */
    public FlakyProxy wayToRedis() {
        return wayToRedis;
    }

    /** Between clients and the gateways, in their order. */
    public List<FlakyProxy> waysIn() {
        return List.copyOf(waysIn);
    }

    /** The gateways. */
    public List<ServiceHandle> gateways() {
        return List.copyOf(gateways);
    }

    /** The processors. */
    public List<ServiceHandle> processors() {
        return List.copyOf(processors);
    }

    /** The sinks. */
    public List<ServiceHandle> sinks() {
        return List.copyOf(sinks);
    }

    /** The query API. */
    public ServiceHandle query() {
        return query;
    }

    /** Where the query API answers. */
    public int queryPort() {
        return queryPort;
    }

    /** The disk of {@link #BROKER_WITH_DISK}, if there are small disks. */
    public SmallDisk brokerDisk() {
        return requireNonNull(brokerDisk, "there are no small disks");
    }

    /** The disk of the first processor, if there are small disks. */
    public SmallDisk processorDisk() {
        return requireNonNull(processorDisk, "there are no small disks");
    }

    /** The disk of Redis, if there are small disks. */
    public SmallDisk redisDisk() {
        return requireNonNull(redisDisk, "there are no small disks");
    }

    /** All services. */
    public List<ServiceHandle> services() {
        return Stream.of(processors, sinks, gateways, Stream.ofNullable(query).toList())
                .flatMap(List::stream)
                .toList();
    }

    /** Kills all that is left. */
    @Override
    public void close() {
        services().forEach(ServiceHandle::kill);
        while (!closing.isEmpty()) {
            try {
                closing.pop().close();
            } catch (Exception e) {
                throw new IllegalStateException("not all could be ended", e);
            }
        }
    }
}
