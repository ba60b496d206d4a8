package io.tallystream.ingest;

import io.tallystream.ingest.intake.IntakeRules;
import io.tallystream.runtime.config.Environment;
import io.tallystream.runtime.config.KeySources;
import io.tallystream.runtime.config.Settings;
import io.tallystream.runtime.limit.AddressRanges;
import java.time.Duration;
import java.util.Map;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.producer.ProducerConfig;

/**
 * How the gateway is set up.
 *
 * @param port 0 takes a free one
 * @param keys of those who may send events
 * @param proxies whose word on where a request is from is taken
 * @param collectRate events per second that browsers at one address may send
 * @param rules what is decided about events
 * @param limits what is put up with of clients
 * @param producer settings of the Kafka producer
 * @param admin settings of the Kafka client that watches the topics
 */
public record IngestConfig(
        String address,
        int port,
        KeySources keys,
        AddressRanges proxies,
        int collectRate,
        IntakeRules rules,
        Limits limits,
        Map<String, Object> producer,
        Map<String, Object> admin) {
    // Of the time in which a request is answered, so that the producer gives up before it, and has tried twice.
    private static final double DELIVERY_SHARE = 0.8;
    private static final double REQUEST_SHARE = 0.4;
    // Events are sent from event loops, which must not wait: what cannot be sent at once fails at once.
    private static final int MAX_BLOCK_MS = 0;
    // Not Long.MAX_VALUE: Kafka adds it to the time, and forgets all at once if that overflows.
    private static final long FOR_EVER_MS = Duration.ofDays(36_500).toMillis();
    // What comes while a request is on its way to a broker waits for it, and goes in one when it is answered. So
    // nothing waits without
    // a reason, and the more there is to do, the more goes at once.
    private static final int LINGER_MS = 0;
    private static final int REQUESTS_IN_FLIGHT = 1;
    private static final int BATCH_BYTES = 64 * 1024;
    private static final long BUFFER_BYTES = 64L * 1024 * 1024;
    private static final int WATCH_TIMEOUT_MS = 2_000;

    /**
     * What is put up with of clients.
     *
     * @param deadline within which a body has to arrive, and then an answer
     * @param shutdownDelay how long requests are still taken when it is to stop; may be zero
     * @param connections at a time
     */
    public record Limits(Duration deadline, Duration shutdownDelay, int connections) {
        static Limits from(Environment environment) {
            return new Limits(
                    environment.get(Settings.REQUEST_DEADLINE),
                    environment.get(Settings.SHUTDOWN_DELAY),
                    environment.get(Settings.MAX_CONNECTIONS));
        }
    }

    /** Reads it from the environment. */
    public static IngestConfig from(Environment environment) {
        Limits limits = Limits.from(environment);
        IntakeRules rules = new IntakeRules(
                environment.get(Settings.ALLOWED_LATENESS),
                environment.get(Settings.ALLOWED_SKEW),
                environment.get(Settings.TEMPLATE_ENDPOINTS));
        String servers = environment.get(Settings.KAFKA_BOOTSTRAP_SERVERS, Settings.LOCAL_KAFKA);
        Map<String, Object> connection = Map.of(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, servers);
        Map<String, Object> producerDefaults = Map.of(
                ProducerConfig.LINGER_MS_CONFIG, LINGER_MS,
                ProducerConfig.MAX_IN_FLIGHT_REQUESTS_PER_CONNECTION, REQUESTS_IN_FLIGHT,
                ProducerConfig.BATCH_SIZE_CONFIG, BATCH_BYTES,
                ProducerConfig.BUFFER_MEMORY_CONFIG, BUFFER_BYTES,
                ProducerConfig.COMPRESSION_TYPE_CONFIG, "lz4",
                ProducerConfig.MAX_BLOCK_MS_CONFIG, MAX_BLOCK_MS,
                ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, share(REQUEST_SHARE, limits.deadline()),
                ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, share(DELIVERY_SHARE, limits.deadline()),
                // What is forgotten makes the next send fail.
                ProducerConfig.METADATA_MAX_IDLE_CONFIG, FOR_EVER_MS);
        Map<String, Object> promised = Map.of(
                CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG,
                servers,
                ProducerConfig.ACKS_CONFIG,
                "all",
                ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG,
                "true");
        Map<String, Object> adminDefaults = Map.of(
                CommonClientConfigs.REQUEST_TIMEOUT_MS_CONFIG, WATCH_TIMEOUT_MS,
                CommonClientConfigs.DEFAULT_API_TIMEOUT_MS_CONFIG, WATCH_TIMEOUT_MS);
        return new IngestConfig(
                environment.get(Settings.BIND_ADDRESS),
                environment.get(Settings.INGEST_PORT),
                KeySources.ofIngest(environment),
                environment.get(Settings.TRUSTED_PROXIES),
                environment.get(Settings.COLLECT_RATE),
                rules,
                limits,
                environment.kafkaClient("PRODUCER", producerDefaults, promised),
                environment.kafkaClient("ADMIN", adminDefaults, connection));
    }

    private static int share(double share, Duration whole) {
        return (int) (share * whole.toMillis());
    }

    /** Without what may be secret. */
    @Override
    public String toString() {
        return "IngestConfig[%s:%d, keys=%s]".formatted(address, port, keys);
    }
}
