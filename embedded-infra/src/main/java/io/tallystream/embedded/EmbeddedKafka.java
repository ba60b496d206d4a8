package io.tallystream.embedded;

import static java.util.Objects.requireNonNull;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.BrokerIdNotRegisteredException;
import org.apache.kafka.common.errors.UnsupportedVersionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A real Kafka broker and controller (KRaft) in this JVM, listening on 127.0.0.1 without authentication.
 *
 * <p>Topics, groups, transactions and the cluster id live in the data folder and outlast every stop, {@code kill -9}
 * included; the ports may differ from run to run. Topics are never created on the fly. Kafka does not wait for the disk
 * before it acknowledges: what is acknowledged survives the end of the process, not that of the machine.
 *
 * <p>A fault that a broker cannot survive, such as a full disk, ends the JVM through Kafka's own {@code Exit.halt}.
 *
 * <p>Instances are single-use and thread-safe. There is no shutdown hook: whoever starts it closes it, after its clients.
 */
public final class EmbeddedKafka implements AutoCloseable {

    private static final Logger LOGGER = LoggerFactory.getLogger(EmbeddedKafka.class);

    private static final int NODE_ID = 1;
    private static final Duration CONTROLLER_PATIENCE = Duration.ofSeconds(30);
    private static final long POLL_MILLIS = 20;

    // Kafka's own file, which says that the last stop was in order.
    private static final String CLEAN_SHUTDOWN = ".kafka_cleanshutdown";

    // One node holds every replica.
    private static final Map<String, String> ONE_NODE = Map.of(
            "default.replication.factor",
            "1",
            "min.insync.replicas",
            "1",
            "offsets.topic.replication.factor",
            "1",
            "transaction.state.log.replication.factor",
            "1",
            "transaction.state.log.min.isr",
            "1",
            "share.coordinator.state.topic.replication.factor",
            "1",
            "share.coordinator.state.topic.min.isr",
            "1",

            // Nobody takes over from the only broker, so a pause of the JVM is no reason to fence it.
            "broker.session.timeout.ms",
            "600000");

    private static final Set<String> FIXED = Set.of(
            "process.roles",
            "node.id",
            "broker.id",
            "controller.quorum.voters",
            "controller.quorum.bootstrap.servers",
            "controller.listener.names",
            "inter.broker.listener.name",
            "listener.security.protocol.map",
            "listeners",
            "advertised.listeners",
            "log.dirs",
            "log.dir",
            "metadata.log.dir");

    private final DataFolder dataFolder;
    private final KafkaNode node;
    private final int port;
    private boolean closed;

    private EmbeddedKafka(DataFolder dataFolder, KafkaNode node, int port) {
        this.dataFolder = dataFolder;
        this.node = node;
        this.port = port;
    }

    /**
     * Starts the broker and returns when it serves clients. In a JVM that has not run Kafka before this takes some two
     * seconds, most of them for loading classes; after a kill one more, or as many as it takes to recover the data.
     *
     * @throws EmbeddedStartException if the port or the data folder is taken, the folder is not writable, or Kafka fails
     */
    public static EmbeddedKafka start(Config config) {
        requireNonNull(config, "config");
        DataFolder dataFolder = DataFolder.lock(config.dataFolder());
        try {
            return start(config, dataFolder);
        } catch (EmbeddedStartException | Error e) {
            dataFolder.close();
            throw e;
        } catch (Exception e) {
            dataFolder.close();
            if (e instanceof InterruptedException) {
                Thread.currentThread().interrupt();
            }
            throw new EmbeddedStartException(
                    "Kafka did not start in " + config.dataFolder() + ": " + e.getMessage(), e);
        }
    }

    private static EmbeddedKafka start(Config config, DataFolder dataFolder) throws Exception {
        Path folder = dataFolder.path();
        int port = LoopbackPorts.resolve(config.port());
        if (wasKilled(folder)) {
            LOGGER.info("Recovering Kafka's data in {} after an unclean stop", folder);
            forgetKilledBroker(config, folder);
        }
        if (!KafkaNode.isFormatted(folder)) {
            KafkaNode.format(folder, NODE_ID, Uuid.randomUuid());
        }
        KafkaNode node = KafkaNode.start(brokerAndController(config, folder, port));
        LOGGER.debug("Kafka listens on port {}, data in {}", port, folder);
        return new EmbeddedKafka(dataFolder, node, port);
    }

    private static boolean wasKilled(Path folder) {
        return KafkaNode.isFormatted(folder) && !Files.exists(folder.resolve(CLEAN_SHUTDOWN));
    }

    // In the metadata a killed broker still leads its partitions. The next one would take up their transactions
    // and wait until the old session times out. At that moment no partition has a leader, which Kafka takes for
    // deleted (KAFKA-20734): it completes pending commits without a marker in the partitions, and
    // read_committed readers wait for ever. About one in twelve kills right after a commit ended so. Hence a
    // controller, alone, removes the broker of old first, which also saves the wait of 9 s.
    private static void forgetKilledBroker(Config config, Path folder) throws Exception {
        int port = LoopbackPorts.resolve(0);
        Map<String, String> properties = properties(config, folder);
        properties.putAll(KafkaNode.controller(NODE_ID, port));
        properties.put("process.roles", "controller");
        properties.put("listeners", KafkaNode.controllerListener(port));
        KafkaNode alone = KafkaNode.start(properties);
        try {
            long deadline = System.nanoTime() + CONTROLLER_PATIENCE.toNanos();
            while (!isForgotten("127.0.0.1:" + port)) {
                if (System.nanoTime() - deadline > 0) {
                    throw new EmbeddedStartException("Kafka did not read its metadata in " + config.dataFolder()
                            + " within " + CONTROLLER_PATIENCE.toSeconds() + " s");
                }
                TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
            }
        } finally {
            alone.close();
        }
    }

    private static boolean isForgotten(String controllers) throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.controllers", controllers))) {
            admin.unregisterBroker(NODE_ID).all().get();
            return true;
        } catch (ExecutionException e) {
            if (e.getCause() instanceof BrokerIdNotRegisteredException) {
                // Killed before it had registered.
                return true;
            }
            if (e.getCause() instanceof UnsupportedVersionException) {
                // The controller answers before it has read which features are in use, and the client takes
                // that answer as final.
                return false;
            }
            throw e;
        }
    }

    private static Map<String, String> brokerAndController(Config config, Path folder, int port) {
        int controllerPort = LoopbackPorts.anyFreeExcept(port);
        String broker = KafkaNode.brokerListener(port);
        Map<String, String> properties = properties(config, folder);
        properties.putAll(KafkaNode.controller(NODE_ID, controllerPort));
        properties.put("process.roles", "broker,controller");
        properties.put("listeners", broker + "," + KafkaNode.controllerListener(controllerPort));
        properties.put("advertised.listeners", broker);
        properties.put("inter.broker.listener.name", "PLAINTEXT");
        return properties;
    }

    private static Map<String, String> properties(Config config, Path folder) {
        Map<String, String> properties = new HashMap<>(KafkaNode.TUNING);
        properties.putAll(ONE_NODE);
        properties.putAll(config.brokerProperties());
        properties.put("node.id", Integer.toString(NODE_ID));
        properties.put("log.dirs", folder.toString());
        return properties;
    }

    /** What a client's {@code bootstrap.servers} takes. */
    public String bootstrapServers() {
        return "127.0.0.1:" + port;
    }

    /** The port that clients connect to. */
    public int port() {
        return port;
    }

    /** Stops the broker in order and returns when it has. Further calls do nothing. */
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        try {
            node.close();
        } finally {
            dataFolder.close();
        }
    }

    /**
     * How to run the broker.
     *
     * @param dataFolder created where missing; belongs to one broker at a time
     * @param port for clients on 127.0.0.1; 0 for any that is free
     * @param brokerProperties Kafka's own broker settings, over the defaults of this class; those which name the node,
     *     its addresses and its folders are refused
     */
    public record Config(Path dataFolder, int port, Map<String, String> brokerProperties) {

        /** Checks the port and the settings, and copies these. */
        public Config {
            requireNonNull(dataFolder, "dataFolder");
            LoopbackPorts.requireInRange(port);
            brokerProperties = Map.copyOf(brokerProperties);
            TreeSet<String> fixed = new TreeSet<>(FIXED);
            fixed.retainAll(brokerProperties.keySet());
            if (!fixed.isEmpty()) {
                throw new IllegalArgumentException("broker properties that cannot be set: " + fixed);
            }
        }

        /** With no settings of its own. */
        public Config(Path dataFolder, int port) {
            this(dataFolder, port, Map.of());
        }
    }
}
