package io.tallystream.processor;

import io.tallystream.processor.count.BoundedRocksDb;
import io.tallystream.processor.count.CountingSettings;
import io.tallystream.runtime.config.Environment;
import io.tallystream.runtime.config.Settings;
import io.tallystream.schema.count.Retention;
import io.tallystream.schema.kafka.Topics;
import java.time.Duration;
import java.util.Map;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.streams.StreamsConfig;

/**
 * How the processor is set up.
 *
 * @param streams settings of Kafka Streams and its clients
 * @param admin settings of the Kafka client that makes and checks the topics
 */
public record ProcessorConfig(
        CountingSettings counting, Topics.Settings topics, Map<String, Object> streams, Map<String, Object> admin) {
    static final String APPLICATION_ID = "tallystream-processor";

    private static final String DEFAULT_KAFKA = "localhost:9092";
    private static final String STATE_FOLDER = "streams";
    private static final String SESSION_TIMEOUT =
            StreamsConfig.consumerPrefix(ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG);
    private static final int COMMIT_INTERVAL_MS = 200;
    // How long readers of counts may wait behind a transaction that a killed processor left open.
    private static final int TRANSACTION_TIMEOUT_MS = 10_000;
    private static final int SESSION_TIMEOUT_MS = 10_000;
    // The answer to a heartbeat is where an instance learns that another has come or gone.
    private static final int HEARTBEAT_INTERVAL_MS = 1_000;
    private static final int ADMIN_TIMEOUT_MS = 5_000;

    /** Reads it from the environment. */
    public static ProcessorConfig from(Environment environment) {
        String servers = environment.get(Settings.KAFKA_BOOTSTRAP_SERVERS, DEFAULT_KAFKA);
        int replicationFactor = environment.get(Settings.REPLICATION_FACTOR);
        Retention retention = new Retention(
                environment.get(Settings.RETENTION_MINUTE),
                environment.get(Settings.RETENTION_HOUR),
                environment.get(Settings.RETENTION_DAY),
                environment.get(Settings.RETENTION_USER_DAY));
        Topics.Settings topics = new Topics.Settings(
                environment.get(Settings.PARTITIONS),
                (short) replicationFactor,
                environment.get(Settings.EVENTS_RETENTION),
                retention);
        CountingSettings counting = new CountingSettings(
                environment.get(Settings.TIME_ZONE),
                environment.get(Settings.ALLOWED_LATENESS),
                environment.get(Settings.ALLOWED_SKEW),
                environment.get(Settings.DEDUPLICATION_HORIZON),
                environment.get(Settings.EVENTS_RETENTION).plus(Topics.EVENTS_SEGMENT),
                environment.get(Settings.PARTITIONS),
                environment.get(Settings.MAX_MEMBERS));
        Map<String, Object> streamsDefaults = Map.of(
                StreamsConfig.REPLICATION_FACTOR_CONFIG,
                replicationFactor,
                StreamsConfig.topicPrefix(TopicConfig.MIN_IN_SYNC_REPLICAS_CONFIG),
                Integer.toString(Topics.minInSyncReplicas(replicationFactor)),
                StreamsConfig.STATE_DIR_CONFIG,
                environment.get(Settings.DATA_DIR).resolve(STATE_FOLDER).toString(),
                StreamsConfig.COMMIT_INTERVAL_MS_CONFIG,
                COMMIT_INTERVAL_MS,
                // What partition a record comes from does not matter to a count, so there is nothing to wait for.
                StreamsConfig.MAX_TASK_IDLE_MS_CONFIG,
                StreamsConfig.MAX_TASK_IDLE_MS_DISABLED,
                StreamsConfig.ROCKSDB_CONFIG_SETTER_CLASS_CONFIG,
                BoundedRocksDb.class.getName(),
                SESSION_TIMEOUT,
                SESSION_TIMEOUT_MS,
                StreamsConfig.consumerPrefix(ConsumerConfig.HEARTBEAT_INTERVAL_MS_CONFIG),
                HEARTBEAT_INTERVAL_MS,
                StreamsConfig.producerPrefix(ProducerConfig.TRANSACTION_TIMEOUT_CONFIG),
                TRANSACTION_TIMEOUT_MS,
                StreamsConfig.producerPrefix(ProducerConfig.COMPRESSION_TYPE_CONFIG),
                "lz4");
        Map<String, Object> promised = Map.of(
                StreamsConfig.BOOTSTRAP_SERVERS_CONFIG,
                servers,
                StreamsConfig.APPLICATION_ID_CONFIG,
                APPLICATION_ID,
                StreamsConfig.PROCESSING_GUARANTEE_CONFIG,
                StreamsConfig.EXACTLY_ONCE_V2,
                // A generated name changes with the topology, and what was counted so far would be lost with it.
                StreamsConfig.ENSURE_EXPLICIT_INTERNAL_RESOURCE_NAMING_CONFIG,
                true);
        Map<String, Object> adminDefaults = Map.of(
                CommonClientConfigs.REQUEST_TIMEOUT_MS_CONFIG, ADMIN_TIMEOUT_MS,
                CommonClientConfigs.DEFAULT_API_TIMEOUT_MS_CONFIG, ADMIN_TIMEOUT_MS);
        return new ProcessorConfig(
                counting,
                topics,
                environment.kafkaClient("STREAMS", streamsDefaults, promised),
                environment.kafkaClient(
                        "ADMIN", adminDefaults, Map.of(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, servers)));
    }

    /** After how long without a heartbeat Kafka gives this instance's work to others. */
    Duration sessionTimeout() {
        return Duration.ofMillis(Long.parseLong(streams.get(SESSION_TIMEOUT).toString()));
    }

    /** Without what may be secret. */
    @Override
    public String toString() {
        return "ProcessorConfig[counting=%s, topics=%s]".formatted(counting, topics);
    }
}
