package io.tallystream.embedded;

import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.storage.Formatter;

/**
 * A node of a Kafka cluster (KRaft) in this JVM: a broker, a controller or both, as its properties say.
 *
 * <p>A fault that it cannot survive ends the JVM through Kafka's own {@code Exit.halt}.
 */
final class KafkaNode implements AutoCloseable {

    /** Kafka's settings for a node that has little to do and few threads, and is to start at once. */
    static final Map<String, String> TUNING = Map.ofEntries(
            Map.entry("auto.create.topics.enable", "false"),

            // Thirty days without a processor, after which it would begin anew.
            Map.entry("offsets.retention.minutes", "43200"),

            // 50 partitions each by default: seconds on the first use, and hundreds of mapped files.
            Map.entry("offsets.topic.num.partitions", "4"),
            Map.entry("transaction.state.log.num.partitions", "4"),
            Map.entry("share.coordinator.state.topic.num.partitions", "1"),

            // Nobody else is about to join, so there is nothing to wait for.
            Map.entry("group.initial.rebalance.delay.ms", "0"),
            Map.entry("group.streams.initial.rebalance.delay.ms", "0"),

            // After a killed client its open transaction hides what follows from readers until it is aborted.
            Map.entry("transaction.abort.timed.out.transaction.cleanup.interval.ms", "1000"),

            // 128 MB of heap by default.
            Map.entry("log.cleaner.dedupe.buffer.size", "8388608"),
            Map.entry("num.network.threads", "2"),
            Map.entry("num.io.threads", "4"),
            Map.entry("background.threads", "2"),
            Map.entry("group.coordinator.threads", "1"),
            Map.entry("share.coordinator.threads", "1"),
            Map.entry("remote.log.storage.system.enable", "false"));

    private static final String CONTROLLER = "CONTROLLER";

    // Kafka's own file. Written last and atomically when a folder is formatted, so it tells that the cluster id
    // is settled.
    private static final String META_PROPERTIES = "meta.properties";

    private final KafkaRaftServer server;

    private KafkaNode(KafkaRaftServer server) {
        this.server = server;
    }

    /** Starts it, and returns when it serves; a broker does when a controller has let it. Its folder has to be formatted. */
    static KafkaNode start(Map<String, String> properties) {
        KafkaNode node = new KafkaNode(new KafkaRaftServer(new KafkaConfig(properties, false), Time.SYSTEM));
        try {
            node.server.startup();
            return node;
        } catch (Throwable e) {
            node.close();
            throw e;
        }
    }

    /** Whether the folder belongs to a node already. */
    static boolean isFormatted(Path folder) {
        return Files.exists(folder.resolve(META_PROPERTIES));
    }

    /** Makes the folder that of one node of one cluster, with the newest features that this Kafka has. */
    static void format(Path folder, int nodeId, Uuid clusterId) throws Exception {
        new Formatter()
                .setNodeId(nodeId)
                .setClusterId(clusterId.toString())
                .setControllerListenerName(CONTROLLER)
                .setDirectories(List.of(folder.toString()))
                .setMetadataLogDirectory(folder.toString())
                .setPrintStream(new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8))
                .run();
    }

    /**
     * The properties by which nodes know their only controller, on 127.0.0.1. It is a static voter because a dynamic quorum
     * writes the controller's address into its log, and that address may change from run to run.
     */
    static Map<String, String> controller(int nodeId, int port) {
        return Map.of(
                "controller.quorum.voters",
                nodeId + "@127.0.0.1:" + port,
                "controller.listener.names",
                CONTROLLER,
                "listener.security.protocol.map",
                "PLAINTEXT:PLAINTEXT," + CONTROLLER + ":PLAINTEXT");
    }

    /** What a controller has among its {@code listeners}. */
    static String controllerListener(int port) {
        return CONTROLLER + "://127.0.0.1:" + port;
    }

    /** What a broker has among its {@code listeners}. */
    static String brokerListener(int port) {
        return "PLAINTEXT://127.0.0.1:" + port;
    }

    /** Stops it in order and returns when it has. */
    @Override
    public void close() {
        server.shutdown();
        server.awaitShutdown();
    }
}
