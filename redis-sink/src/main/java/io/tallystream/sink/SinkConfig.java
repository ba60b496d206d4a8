package io.tallystream.sink;

import io.tallystream.runtime.config.Environment;
import io.tallystream.runtime.config.Settings;
import io.tallystream.schema.count.Retention;
import java.time.ZoneId;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;

/**
 * How the sink is set up.
 *
 * @param redisUri may hold a password
 * @param allowEviction whether a Redis will do that may evict keys
 * @param consumer settings of the Kafka consumer
 * @param producer settings of the Kafka producer, for records that are no counts and for requests to erase users
 * @param admin settings of the Kafka client that asks how much there is to read
 */
public record SinkConfig(
        String redisUri,
        String redisKeyPrefix,
        boolean allowEviction,
        ZoneId zone,
        Retention retention,
        Map<String, Object> consumer,
        Map<String, Object> producer,
        Map<String, Object> admin) {
    static final String GROUP_ID = "tallystream-sink";

    private static final int SESSION_TIMEOUT_MS = 10_000;
    // The answer to a heartbeat is where a sink learns that another has come or gone; till then nobody does its work.
    private static final int HEARTBEAT_INTERVAL_MS = 1_000;
    private static final int MAX_POLL_RECORDS = 5_000;
    // The broker's answer waits for this long or for one byte; the less, the fresher.
    private static final int FETCH_MAX_WAIT_MS = 100;
    // A sink that is asked to stop waits for what it is sending.
    private static final int SEND_REQUEST_MS = 3_000;
    private static final int SEND_LIMIT_MS = 6_000;
    private static final int ADMIN_TIMEOUT_MS = 5_000;

    /** Reads it from the environment. */
    public static SinkConfig from(Environment environment) {
        Map<String, Object> defaults = Map.of(
                ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG, SESSION_TIMEOUT_MS,
                ConsumerConfig.HEARTBEAT_INTERVAL_MS_CONFIG, HEARTBEAT_INTERVAL_MS,
                ConsumerConfig.MAX_POLL_RECORDS_CONFIG, MAX_POLL_RECORDS,
                ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG, FETCH_MAX_WAIT_MS);
        Map<String, Object> promised = Map.of(
                ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG,
                        environment.get(Settings.KAFKA_BOOTSTRAP_SERVERS, Settings.LOCAL_KAFKA),
                ConsumerConfig.GROUP_ID_CONFIG, GROUP_ID,
                ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed",
                ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, "false",
                ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest",
                ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, "false");
        Map<String, Object> producerDefaults = Map.of(
                ProducerConfig.MAX_BLOCK_MS_CONFIG, SEND_REQUEST_MS,
                ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, SEND_REQUEST_MS,
                ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, SEND_LIMIT_MS);
        Map<String, Object> producerPromises = Map.of(
                ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, promised.get(ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG),
                ProducerConfig.ACKS_CONFIG, "all",
                ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, "true");
        Map<String, Object> adminDefaults = Map.of(
                CommonClientConfigs.REQUEST_TIMEOUT_MS_CONFIG, ADMIN_TIMEOUT_MS,
                CommonClientConfigs.DEFAULT_API_TIMEOUT_MS_CONFIG, ADMIN_TIMEOUT_MS);
        Map<String, Object> adminPromises = Map.of(
                CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, promised.get(ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG));
        return new SinkConfig(
                environment.get(Settings.REDIS_URI, Settings.LOCAL_REDIS),
                environment.get(Settings.REDIS_KEY_PREFIX),
                environment.get(Settings.REDIS_ALLOW_EVICTION),
                environment.get(Settings.TIME_ZONE),
                new Retention(
                        environment.get(Settings.RETENTION_MINUTE),
                        environment.get(Settings.RETENTION_HOUR),
                        environment.get(Settings.RETENTION_DAY),
                        environment.get(Settings.RETENTION_USER_DAY)),
                environment.kafkaClient("CONSUMER", defaults, promised),
                environment.kafkaClient("PRODUCER", producerDefaults, producerPromises),
                environment.kafkaClient("ADMIN", adminDefaults, adminPromises));
    }

    /** Settings of a consumer of no group: it neither takes partitions from a sink nor commits for one. */
    public Map<String, Object> groupless() {
        Map<String, Object> settings = new HashMap<>(consumer);
        settings.remove(ConsumerConfig.GROUP_ID_CONFIG);
        settings.remove(ConsumerConfig.GROUP_INSTANCE_ID_CONFIG);
        return settings;
    }

    /** Without what may be secret. */
    @Override
    public String toString() {
        return "SinkConfig[prefix=%s, zone=%s, retention=%s]".formatted(redisKeyPrefix, zone, retention);
    }
}
