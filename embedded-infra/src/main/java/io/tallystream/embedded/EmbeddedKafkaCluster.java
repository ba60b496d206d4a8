package io.tallystream.embedded;

import static java.util.Objects.requireNonNull;

import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.common.Uuid;

/**
 * A Kafka cluster for tests of what happens when brokers are lost: {@value #BROKERS} brokers with the ids 1 to
 * {@value #BROKERS}, each a child process, and a controller in this JVM, all on 127.0.0.1 without authentication.
 *
 * <p>Set up as in production: three copies of each topic unless it says otherwise, two of which acknowledge a write with
 * {@code acks=all}, also for offsets and transactions; only a replica that has all of that becomes leader. Topics are never
 * created on the fly. A broker that is silent for {@value #SESSION_TIMEOUT_MILLIS} ms has lost what it leads to the others.
 *
 * <p>Killing and pausing are {@code SIGKILL} and {@code SIGSTOP}; the latter needs a POSIX system. Brokers end with this JVM,
 * in whatever way it ends. The controller cannot be lost: a fault that it cannot survive ends this JVM.
 *
 * <p>Instances are single-use and thread-safe; a call waits for one that is under way.
 */
public final class EmbeddedKafkaCluster implements AutoCloseable {

    /** How many brokers there are. */
    public static final int BROKERS = 3;

    /** How long it takes at most until another broker leads what a lost one has led, but for the election itself. */
    public static final int SESSION_TIMEOUT_MILLIS = 4_000;

    private static final int CONTROLLER_ID = BROKERS + 1;

    private static final Map<String, String> REPLICATION = Map.ofEntries(
            Map.entry("default.replication.factor", "3"),
            Map.entry("min.insync.replicas", "2"),
            Map.entry("unclean.leader.election.enable", "false"),
            Map.entry("offsets.topic.replication.factor", "3"),
            Map.entry("transaction.state.log.replication.factor", "3"),
            Map.entry("transaction.state.log.min.isr", "2"),
            Map.entry("share.coordinator.state.topic.replication.factor", "3"),
            Map.entry("share.coordinator.state.topic.min.isr", "2"),
            Map.entry("broker.session.timeout.ms", Integer.toString(SESSION_TIMEOUT_MILLIS)),

            // Also how long a broker that could serve waits to be told so.
            Map.entry("broker.heartbeat.interval.ms", "200"));

    private final DataFolder dataFolder;
    private final List<Integer> ports;
    private final Map<Integer, BrokerProcess> brokers = new TreeMap<>();
    private KafkaNode controller;
    private boolean closed;

    private EmbeddedKafkaCluster(DataFolder dataFolder) {
        this.dataFolder = dataFolder;
        // That of the controller first, then by broker id.
        this.ports = LoopbackPorts.anyFree(1 + BROKERS);
    }

    /**
     * Starts controller and brokers and returns when all serve clients, on ports that were free. Takes some six seconds on two
     * cores.
     *
     * @param dataFolder created where missing; one that a cluster has used is refused. Beside the brokers' data it gets what
     *     each prints
     * @throws EmbeddedStartException if the folder is taken or not writable, or Kafka fails; then with the last line of its log
     */
    public static EmbeddedKafkaCluster start(Path dataFolder) {
        requireNonNull(dataFolder, "dataFolder");
        EmbeddedKafkaCluster cluster = new EmbeddedKafkaCluster(DataFolder.lock(dataFolder));
        try {
            cluster.startAll();
            return cluster;
        } catch (Exception | Error e) {
            cluster.close();
            if (e instanceof InterruptedException) {
                Thread.currentThread().interrupt();
            }
            if (e instanceof Error error) {
                throw error;
            }
            throw e instanceof EmbeddedStartException known
                    ? known
                    : new EmbeddedStartException("Kafka did not start in " + dataFolder + ": " + e.getMessage(), e);
        }
    }

    private void startAll() throws Exception {
        Uuid clusterId = Uuid.randomUuid();
        for (int id = 1; id <= BROKERS; id++) {
            prepare("broker-" + id, id, clusterId, broker(id));
        }
        Map<String, String> ofController = controller();
        prepare("controller", CONTROLLER_ID, clusterId, ofController);
        // The brokers' JVMs load their classes while ours does.
        for (int id = 1; id <= BROKERS; id++) {
            brokers.put(id, launch(id));
        }
        controller = KafkaNode.start(ofController);
        for (BrokerProcess broker : brokers.values()) {
            broker.awaitReady();
        }
    }

    private void prepare(String name, int id, Uuid clusterId, Map<String, String> properties) throws Exception {
        Path folder = Path.of(properties.get("log.dirs"));
        if (KafkaNode.isFormatted(folder)) {
            throw new EmbeddedStartException("data folder " + dataFolder.path() + " has been used by another cluster");
        }
        Files.createDirectories(folder);
        KafkaNode.format(folder, id, clusterId);
        Properties written = new Properties();
        written.putAll(properties);
        try (Writer writer = Files.newBufferedWriter(propertiesFile(name), StandardCharsets.UTF_8)) {
            written.store(writer, null);
        }
    }

    private Path propertiesFile(String name) {
        return dataFolder.path().resolve(name + ".properties");
    }

    private BrokerProcess launch(int id) {
        return BrokerProcess.launch("broker-" + id, propertiesFile("broker-" + id));
    }

    private Map<String, String> broker(int id) {
        Map<String, String> properties = common("broker-" + id, id);
        properties.put("process.roles", "broker");
        properties.put("listeners", KafkaNode.brokerListener(ports.get(id)));
        properties.put("advertised.listeners", KafkaNode.brokerListener(ports.get(id)));
        properties.put("inter.broker.listener.name", "PLAINTEXT");
        return properties;
    }

    private Map<String, String> controller() {
        Map<String, String> properties = common("controller", CONTROLLER_ID);
        properties.put("process.roles", "controller");
        properties.put("listeners", KafkaNode.controllerListener(ports.get(0)));
        return properties;
    }

    private Map<String, String> common(String name, int id) {
        Map<String, String> properties = new HashMap<>(KafkaNode.TUNING);
        properties.putAll(REPLICATION);
        properties.putAll(KafkaNode.controller(CONTROLLER_ID, ports.get(0)));
        properties.put("node.id", Integer.toString(id));
        properties.put("log.dirs", dataFolder.path().resolve(name).toString());
        return properties;
    }

    /** What a client's {@code bootstrap.servers} takes: all brokers, also those that are not running. */
    public String bootstrapServers() {
        return IntStream.rangeClosed(1, BROKERS)
                .mapToObj(id -> "127.0.0.1:" + ports.get(id))
                .collect(Collectors.joining(","));
    }

    /**
     * Starts a broker that was stopped or killed, with its data and on its port, and returns when it serves clients. It may not
     * have caught up with the others by then. After a kill this takes at least until its old session has ended.
     *
     * @throws IllegalStateException if it is running
     * @throws EmbeddedStartException if it does not start
     */
    public synchronized void start(int id) throws InterruptedException {
        start(List.of(id));
    }

    /**
     * Starts brokers as {@link #start(int)} does, all at once.
     *
     * @throws IllegalStateException if one is running; none is started then
     * @throws EmbeddedStartException if one does not start
     */
    public synchronized void start(List<Integer> ids) throws InterruptedException {
        for (int id : ids) {
            require(id, !process(id).isAlive(), "is running");
        }
        for (int id : ids) {
            brokers.put(id, launch(id));
        }
        for (int id : ids) {
            brokers.get(id).awaitReady();
        }
    }

    /**
     * Stops a broker in order, so that others lead before it goes, and returns when its process has ended.
     *
     * @throws IllegalStateException if it is not running, or is paused
     */
    public synchronized void stop(int id) throws InterruptedException {
        running(id).stop();
    }

    /**
     * Kills a broker, which may be paused, and returns when its process has ended. What it alone had is lost to clients,
     * though it is in its files: it drops that when it is started again and others have led meanwhile.
     *
     * @throws IllegalStateException if it is not running
     */
    public synchronized void kill(int id) {
        BrokerProcess broker = process(id);
        require(id, broker.isAlive(), "is not running");
        broker.kill();
    }

    /**
     * Returns when a broker has ended by itself, as for lack of disk space.
     *
     * @throws IllegalStateException if it has not after a minute
     */
    public synchronized void awaitEnd(int id) throws InterruptedException {
        require(id, process(id).awaitEnd(), "goes on");
    }

    /**
     * Stops a broker's process from running on, while its connections stay open.
     *
     * @throws IllegalStateException if it is not running, or is paused already
     */
    public synchronized void pause(int id) {
        running(id).pause();
    }

    /**
     * Lets a paused broker run on.
     *
     * @throws IllegalStateException if it is not paused
     */
    public synchronized void resume(int id) {
        BrokerProcess broker = process(id);
        require(id, broker.isPaused(), "is not paused");
        broker.resume();
    }

    private BrokerProcess running(int id) {
        BrokerProcess broker = process(id);
        require(id, broker.isAlive(), "is not running");
        require(id, !broker.isPaused(), "is paused");
        return broker;
    }

    private BrokerProcess process(int id) {
        BrokerProcess broker = brokers.get(id);
        if (broker == null) {
            throw new IllegalArgumentException("no broker has the id " + id);
        }
        return broker;
    }

    private static void require(int id, boolean holds, String otherwise) {
        if (!holds) {
            throw new IllegalStateException("broker " + id + " " + otherwise);
        }
    }

    /** Kills all brokers, stops the controller and returns when all are gone. Further calls do nothing. */
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        try (dataFolder) {
            brokers.values().forEach(BrokerProcess::kill);
            if (controller != null) {
                controller.close();
            }
        }
    }
}
