package io.tallystream.processor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.tallystream.processor.count.BoundedRocksDb;
import io.tallystream.processor.count.CountingSettings;
import io.tallystream.processor.poll.BatchingInterceptor;
import io.tallystream.runtime.config.ConfigurationException;
import io.tallystream.runtime.config.Environment;
import io.tallystream.schema.count.Retention;
import io.tallystream.schema.kafka.Topics;
import java.time.Duration;
import java.time.ZoneId;
import java.util.Map;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.errors.LogAndFailProcessingExceptionHandler;
import org.apache.kafka.streams.processor.FailOnInvalidTimestamp;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProcessorConfigTest {
    @Test
    void shouldHaveDefaults() {
        ProcessorConfig config = read(Map.of());

        Duration threeDays = Duration.ofDays(3);
        assertThat(config.counting())
                .isEqualTo(new CountingSettings(
                        ZoneId.of("UTC"),
                        Duration.ofHours(1),
                        Duration.ofMinutes(5),
                        Duration.ofMinutes(10),
                        threeDays.plusDays(1),
                        Duration.ofDays(30),
                        12,
                        20_000));
        assertThat(config.topics())
                .isEqualTo(new Topics.Settings(
                        12,
                        (short) 1,
                        threeDays,
                        new Retention(
                                Duration.ofDays(7), Duration.ofDays(30), Duration.ofDays(365), Duration.ofDays(30))));
        assertThat(config.streams())
                .containsOnly(
                        Map.entry("application.id", "tallystream-processor"),
                        Map.entry("bootstrap.servers", "localhost:9092"),
                        Map.entry("processing.guarantee", "exactly_once_v2"),
                        Map.entry("ensure.explicit.internal.resource.naming", true),
                        Map.entry("replication.factor", 1),
                        Map.entry("topic.min.insync.replicas", "1"),
                        Map.entry("topic.max.compaction.lag.ms", "600000"),
                        Map.entry("state.dir", "./data/streams"),
                        Map.entry("commit.interval.ms", 100L),
                        Map.entry("group.protocol", "classic"),
                        Map.entry("num.standby.replicas", 0),
                        Map.entry("max.task.idle.ms", 0L),
                        Map.entry("rocksdb.config.setter", BoundedRocksDb.class.getName()),
                        Map.entry("consumer.session.timeout.ms", 10_000),
                        Map.entry("consumer.heartbeat.interval.ms", 1_000),
                        Map.entry("producer.transaction.timeout.ms", 10_000),
                        Map.entry("producer.batch.size", 131_072),
                        Map.entry("max.poll.records", 5_000),
                        Map.entry("buffered.records.per.partition", 2),
                        Map.entry("main.consumer.interceptor.classes", BatchingInterceptor.class.getName()),
                        Map.entry("processing.exception.handler", LogAndFailProcessingExceptionHandler.class.getName()),
                        Map.entry("default.timestamp.extractor", FailOnInvalidTimestamp.class.getName()),
                        Map.entry("producer.compression.type", "lz4"));
        assertThat(config.admin())
                .containsOnly(
                        Map.entry("bootstrap.servers", "localhost:9092"),
                        Map.entry("request.timeout.ms", 5_000),
                        Map.entry("default.api.timeout.ms", 5_000));
    }

    @Test
    void shouldTakeWhatIsSet() {
        ProcessorConfig config = read(Map.ofEntries(
                Map.entry("KAFKA_BOOTSTRAP_SERVERS", "kafka:1"),
                Map.entry("DATA_DIR", "elsewhere"),
                Map.entry("TIME_ZONE", "Asia/Kolkata"),
                Map.entry("ALLOWED_LATENESS", "PT2H"),
                Map.entry("ALLOWED_SKEW", "PT3M"),
                Map.entry("EVENTS_RETENTION", "P4D"),
                Map.entry("RETENTION_MINUTE", "P5D"),
                Map.entry("RETENTION_HOUR", "P6D"),
                Map.entry("RETENTION_DAY", "P7D"),
                Map.entry("RETENTION_USER_DAY", "P8D"),
                Map.entry("PARTITIONS", "9"),
                Map.entry("DEDUPLICATION_HORIZON", "PT20M"),
                Map.entry("MAX_MEMBERS", "7"),
                Map.entry("REPLICATION_FACTOR", "3"),
                Map.entry("KAFKA_CLIENT_SECURITY_PROTOCOL", "SASL_SSL"),
                Map.entry("STANDBY_REPLICAS", "1"),
                Map.entry("COMMIT_INTERVAL", "PT0.5S"),
                Map.entry("KAFKA_STREAMS_NUM_STREAM_THREADS", "2"),
                Map.entry("KAFKA_ADMIN_REQUEST_TIMEOUT_MS", "100")));

        assertThat(config.counting())
                .isEqualTo(new CountingSettings(
                        ZoneId.of("Asia/Kolkata"),
                        Duration.ofHours(2),
                        Duration.ofMinutes(3),
                        Duration.ofMinutes(20),
                        Duration.ofDays(5),
                        Duration.ofDays(8),
                        9,
                        7));
        assertThat(config.topics())
                .isEqualTo(new Topics.Settings(
                        9,
                        (short) 3,
                        Duration.ofDays(4),
                        new Retention(Duration.ofDays(5), Duration.ofDays(6), Duration.ofDays(7), Duration.ofDays(8))));
        assertThat(config.streams())
                .containsEntry("bootstrap.servers", "kafka:1")
                .containsEntry("state.dir", "elsewhere/streams")
                .containsEntry("replication.factor", 3)
                .containsEntry("topic.min.insync.replicas", "2")
                .containsEntry("security.protocol", "SASL_SSL")
                .containsEntry("commit.interval.ms", 500L)
                .containsEntry("num.standby.replicas", 1)
                .containsEntry("num.stream.threads", "2");
        assertThat(config.admin())
                .containsEntry("bootstrap.servers", "kafka:1")
                .containsEntry("security.protocol", "SASL_SSL")
                .containsEntry("request.timeout.ms", "100");
    }

    @ParameterizedTest
    @CsvSource({
        "KAFKA_STREAMS_PROCESSING_GUARANTEE, at_least_once",
        "KAFKA_STREAMS_APPLICATION_ID,       another",
        "KAFKA_STREAMS_ENSURE_EXPLICIT_INTERNAL_RESOURCE_NAMING, false",
        "KAFKA_STREAMS_MAX_TASK_IDLE_MS, -1",
        "KAFKA_STREAMS_PROCESSING_EXCEPTION_HANDLER, org.apache.kafka.streams.errors.LogAndContinueProcessingExceptionHandler",
        "KAFKA_STREAMS_DEFAULT_TIMESTAMP_EXTRACTOR, org.apache.kafka.streams.processor.LogAndSkipOnInvalidTimestamp",
    })
    void shouldRefuseWhatWouldMakeCountsWrong(String variable, String value) {
        assertThatExceptionOfType(ConfigurationException.class)
                .isThrownBy(() -> read(Map.of(variable, value)))
                .withMessageContaining(variable)
                .withMessageContaining(value);
    }

    @Test
    void shouldLeaveToKafkaWhatIsItsToSayInTheStreamsProtocol() {
        ProcessorConfig config = read(Map.of("GROUP_PROTOCOL", "streams"));

        assertThat(config.streams())
                .containsEntry("group.protocol", "streams")
                .doesNotContainKeys(
                        "num.standby.replicas", "consumer.session.timeout.ms", "consumer.heartbeat.interval.ms");
        assertThat(config.sessionTimeout()).isEqualTo(Duration.ofSeconds(45));
        assertThatExceptionOfType(ConfigurationException.class)
                .isThrownBy(() -> read(Map.of("GROUP_PROTOCOL", "streams", "STANDBY_REPLICAS", "1")))
                .withMessageContaining("STANDBY_REPLICAS")
                .withMessageContaining("GROUP_PROTOCOL")
                .withMessageContaining("streams.num.standby.replicas");
    }

    @Test
    void shouldRefuseCommitsThatComeAfterTheEndOfTheirTransaction() {
        assertThat(read(Map.of("COMMIT_INTERVAL", "PT9.999S")).streams()).containsEntry("commit.interval.ms", 9_999L);
        assertThatExceptionOfType(ConfigurationException.class)
                .isThrownBy(() -> read(Map.of("COMMIT_INTERVAL", "PT10S")))
                .withMessage("COMMIT_INTERVAL must be shorter than PT10S, after which Kafka gives a transaction up."
                        + " Found: PT10S");
    }

    @Test
    void shouldRefuseEventsThatComeAfterTheDaysOfTheirUserAreForgotten() {
        // Both, and a day that a segment is kept for, and the 5 minutes of ALLOWED_SKEW.
        read(Map.of("ALLOWED_LATENESS", "PT4H55M", "EVENTS_RETENTION", "PT320H"));

        assertThatExceptionOfType(ConfigurationException.class)
                .isThrownBy(() -> read(Map.of("ALLOWED_LATENESS", "PT4H55M0.001S", "EVENTS_RETENTION", "PT320H")))
                .withMessage("ALLOWED_LATENESS (PT4H55M0.001S) and twice EVENTS_RETENTION (PT320H) must not add up to"
                        + " more than PT644H55M, for which the days of a user are remembered");
        assertThatExceptionOfType(ConfigurationException.class)
                .isThrownBy(() -> read(Map.of("EVENTS_RETENTION", "P14D")))
                .withMessageContaining("EVENTS_RETENTION (PT336H)");
    }

    @Test
    void shouldBeWhatKafkaStreamsTakes() {
        StreamsConfig streams = new StreamsConfig(read(Map.of()).streams());

        assertThat(streams.getMainConsumerConfigs("group", "client", 0))
                .containsEntry("isolation.level", "read_committed")
                .containsEntry("auto.offset.reset", "earliest")
                .containsEntry("session.timeout.ms", 10_000);
        assertThat(streams.getProducerConfigs("client"))
                .containsEntry("transaction.timeout.ms", 10_000)
                .containsEntry("compression.type", "lz4");
    }

    @Test
    void shouldNotTellSecrets() {
        ProcessorConfig config = read(Map.of("KAFKA_CLIENT_SASL_JAAS_CONFIG", "password=hush"));

        assertThat(config.streams()).containsEntry("sasl.jaas.config", "password=hush");
        assertThat(config.toString()).doesNotContain("hush");
    }

    private static ProcessorConfig read(Map<String, String> variables) {
        return new Environment(variables).read(ProcessorConfig::from);
    }
}
