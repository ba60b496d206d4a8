package io.tallystream.processor;

import io.tallystream.processor.count.BoundedRocksDb;
import io.tallystream.processor.count.CountingSettings;
import io.tallystream.processor.poll.BatchingInterceptor;
import io.tallystream.runtime.config.Environment;
import io.tallystream.runtime.config.Settings;
import io.tallystream.schema.count.Retention;
import io.tallystream.schema.kafka.Topics;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.errors.LogAndFailProcessingExceptionHandler;
import org.apache.kafka.streams.processor.FailOnInvalidTimestamp;

/**
 * How the processor is set up.
 *
 * @param streams settings of Kafka Streams and its clients
 * @param admin settings of the Kafka client that makes and checks the topics
 */
public record ProcessorConfig(
        CountingSettings counting, Topics.Settings topics, Map<String, Object> streams, Map<String, Object> admin) {
    static final String APPLICATION_ID = "tallystream-processor";

    private static final String STATE_FOLDER = "streams";
    private static final String SESSION_TIMEOUT =
            StreamsConfig.consumerPrefix(ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG);
    private static final String TRANSACTION_TIMEOUT =
            StreamsConfig.producerPrefix(ProducerConfig.TRANSACTION_TIMEOUT_CONFIG);
    private static final String CLASSIC = "classic";
    // How long readers of counts may wait behind a transaction that a killed processor left open.
    private static final int TRANSACTION_TIMEOUT_MS = 10_000;
    private static final int SESSION_TIMEOUT_MS = 10_000;
    // In the other protocol it is Kafka's to say: this is its default and the shortest it takes.
    private static final Duration BROKERS_SESSION_TIMEOUT = Duration.ofSeconds(45);
    // The answer to a heartbeat is where an instance learns that another has come or gone.
    private static final int HEARTBEAT_INTERVAL_MS = 1_000;
    private static final int BATCH_BYTES = 128 * 1024;
    private static final int MAX_POLL_RECORDS = 5_000;
    // Of each partition; as a rule, one is all that a poll returns of it.
    private static final int MAX_BUFFERED_BATCHES = 2;
    private static final int ADMIN_TIMEOUT_MS = 5_000;

    /** Reads it from the environment. */
    public static ProcessorConfig from(Environment environment) {
        String servers = environment.get(Settings.KAFKA_BOOTSTRAP_SERVERS, Settings.LOCAL_KAFKA);
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
                retention.userDay(),
                environment.get(Settings.PARTITIONS),
                environment.get(Settings.MAX_MEMBERS));
        refuseWhatUsersCannotRemember(environment, counting);
        boolean classic = environment.get(Settings.GROUP_PROTOCOL).equals(CLASSIC);
        if (!classic && environment.get(Settings.STANDBY_REPLICAS) > 0) {
            environment.error(
                    "STANDBY_REPLICAS must be 0 with GROUP_PROTOCOL=streams: there it is a setting of the group in"
                            + " Kafka, streams.num.standby.replicas, see docs/operations.md");
        }
        Map<String, Object> promised = Map.of(
                StreamsConfig.BOOTSTRAP_SERVERS_CONFIG,
                servers,
                StreamsConfig.APPLICATION_ID_CONFIG,
                APPLICATION_ID,
                StreamsConfig.PROCESSING_GUARANTEE_CONFIG,
                StreamsConfig.EXACTLY_ONCE_V2,
                // What failed is counted on the next try; to go on without it would lose all that was polled with it.
                StreamsConfig.PROCESSING_EXCEPTION_HANDLER_CLASS_CONFIG,
                LogAndFailProcessingExceptionHandler.class.getName(),
                StreamsConfig.DEFAULT_TIMESTAMP_EXTRACTOR_CLASS_CONFIG,
                FailOnInvalidTimestamp.class.getName(),
                // What Kafka has of each input is waited for, and the oldest is taken first: ids are forgotten by the
                // time of all inputs.
                StreamsConfig.MAX_TASK_IDLE_MS_CONFIG,
                0L,
                // A generated name changes with the topology, and what was counted so far would be lost with it.
                StreamsConfig.ENSURE_EXPLICIT_INTERNAL_RESOURCE_NAMING_CONFIG,
                true);
        Map<String, Object> streams =
                environment.kafkaClient("STREAMS", streamsDefaults(environment, replicationFactor, classic), promised);
        refuseCommitsBeyondATransaction(environment, streams);
        Map<String, Object> adminDefaults = Map.of(
                CommonClientConfigs.REQUEST_TIMEOUT_MS_CONFIG, ADMIN_TIMEOUT_MS,
                CommonClientConfigs.DEFAULT_API_TIMEOUT_MS_CONFIG, ADMIN_TIMEOUT_MS);
        return new ProcessorConfig(
                counting,
                topics,
                streams,
                environment.kafkaClient(
                        "ADMIN", adminDefaults, Map.of(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, servers)));
    }

    private static Map<String, Object> streamsDefaults(
            Environment environment, int replicationFactor, boolean classic) {
        Map<String, Object> defaults = new TreeMap<>(Map.of(
                StreamsConfig.REPLICATION_FACTOR_CONFIG,
                replicationFactor,
                StreamsConfig.topicPrefix(TopicConfig.MIN_IN_SYNC_REPLICAS_CONFIG),
                Integer.toString(Topics.minInSyncReplicas(replicationFactor)),
                StreamsConfig.STATE_DIR_CONFIG,
                environment.get(Settings.DATA_DIR).resolve(STATE_FOLDER).toString(),
                StreamsConfig.COMMIT_INTERVAL_MS_CONFIG,
                environment.get(Settings.COMMIT_INTERVAL).toMillis(),
                StreamsConfig.GROUP_PROTOCOL_CONFIG,
                environment.get(Settings.GROUP_PROTOCOL),
                StreamsConfig.ROCKSDB_CONFIG_SETTER_CLASS_CONFIG,
                BoundedRocksDb.class.getName(),
                TRANSACTION_TIMEOUT,
                TRANSACTION_TIMEOUT_MS,
                StreamsConfig.producerPrefix(ProducerConfig.COMPRESSION_TYPE_CONFIG),
                "lz4"));
        // A batch that is full sooner costs a request and buffers for its compression.
        defaults.put(StreamsConfig.producerPrefix(ProducerConfig.BATCH_SIZE_CONFIG), BATCH_BYTES);
        defaults.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, MAX_POLL_RECORDS);
        defaults.put(StreamsConfig.BUFFERED_RECORDS_PER_PARTITION_CONFIG, MAX_BUFFERED_BATCHES);
        defaults.put(
                StreamsConfig.mainConsumerPrefix(ConsumerConfig.INTERCEPTOR_CLASSES_CONFIG),
                BatchingInterceptor.class.getName());
        // For the changelogs: a lost state is restored from one as a whole.
        defaults.put(
                StreamsConfig.topicPrefix(TopicConfig.MAX_COMPACTION_LAG_MS_CONFIG),
                Long.toString(Topics.COMPACTION_LAG.toMillis()));
        if (classic) {
            defaults.put(StreamsConfig.NUM_STANDBY_REPLICAS_CONFIG, environment.get(Settings.STANDBY_REPLICAS));
            defaults.put(SESSION_TIMEOUT, SESSION_TIMEOUT_MS);
            defaults.put(
                    StreamsConfig.consumerPrefix(ConsumerConfig.HEARTBEAT_INTERVAL_MS_CONFIG), HEARTBEAT_INTERVAL_MS);
        }
        return defaults;
    }

    private static void refuseWhatUsersCannotRemember(Environment environment, CountingSettings counting) {
        Duration excess = counting.beyondMemory();
        if (!excess.isNegative() && !excess.isZero()) {
            Duration lateness = counting.allowedLateness();
            Duration retention = environment.get(Settings.EVENTS_RETENTION);
            environment.error(
                    ("ALLOWED_LATENESS (%s) and twice EVENTS_RETENTION (%s) must not add up to more than %s, for"
                                    + " which the days of a user are remembered")
                            .formatted(
                                    lateness,
                                    retention,
                                    lateness.plus(retention.multipliedBy(2)).minus(excess)));
        }
    }

    private static void refuseCommitsBeyondATransaction(Environment environment, Map<String, Object> streams) {
        Duration transaction = millis(streams, TRANSACTION_TIMEOUT);
        if (environment.get(Settings.COMMIT_INTERVAL).compareTo(transaction) >= 0) {
            environment.error(
                    "COMMIT_INTERVAL must be shorter than %s, after which Kafka gives a transaction up. Found: %s"
                            .formatted(transaction, environment.get(Settings.COMMIT_INTERVAL)));
        }
    }

    /** After how long without a heartbeat Kafka gives this instance's work to others. */
    Duration sessionTimeout() {
        return streams.containsKey(SESSION_TIMEOUT) ? millis(streams, SESSION_TIMEOUT) : BROKERS_SESSION_TIMEOUT;
    }

    private static Duration millis(Map<String, Object> settings, String name) {
        return Duration.ofMillis(Long.parseLong(settings.get(name).toString()));
    }

    /** Without what may be secret. */
    @Override
    public String toString() {
        return "ProcessorConfig[counting=%s, topics=%s]".formatted(counting, topics);
    }
}
