package io.tallystream.sink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.tallystream.runtime.config.ConfigurationException;
import io.tallystream.runtime.config.Environment;
import io.tallystream.schema.count.Retention;
import java.time.Duration;
import java.time.ZoneId;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SinkConfigTest {
    @Test
    void shouldHaveDefaults() {
        SinkConfig config = read(Map.of());

        assertThat(config.redisUri()).isEqualTo("redis://localhost:6379");
        assertThat(config.redisKeyPrefix()).isEqualTo("tally");
        assertThat(config.allowEviction()).isFalse();
        assertThat(config.zone()).isEqualTo(ZoneId.of("UTC"));
        assertThat(config.retention())
                .isEqualTo(new Retention(
                        Duration.ofDays(7), Duration.ofDays(30), Duration.ofDays(365), Duration.ofDays(30)));
        assertThat(config.consumer())
                .containsOnly(
                        Map.entry("bootstrap.servers", "localhost:9092"),
                        Map.entry("group.id", "tallystream-sink"),
                        Map.entry("isolation.level", "read_committed"),
                        Map.entry("enable.auto.commit", "false"),
                        Map.entry("auto.offset.reset", "earliest"),
                        Map.entry("allow.auto.create.topics", "false"),
                        Map.entry("session.timeout.ms", 10_000),
                        Map.entry("heartbeat.interval.ms", 1_000),
                        Map.entry("max.poll.records", 5_000),
                        Map.entry("fetch.max.wait.ms", 100));
    }

    @Test
    void shouldTakeWhatIsSet() {
        Map<String, String> variables = new HashMap<>(Map.of(
                "KAFKA_BOOTSTRAP_SERVERS", "kafka:1",
                "REDIS_URI", "redis://redis:2",
                "REDIS_ALLOW_EVICTION", "true",
                "TIME_ZONE", "Asia/Kolkata",
                "RETENTION_MINUTE", "P1D",
                "RETENTION_HOUR", "P2D",
                "RETENTION_DAY", "P3D",
                "RETENTION_USER_DAY", "P4D",
                "KAFKA_CLIENT_SECURITY_PROTOCOL", "SASL_SSL",
                "KAFKA_CONSUMER_MAX_POLL_RECORDS", "7"));
        variables.put("REDIS_KEY_PREFIX", "other");
        variables.put("KAFKA_ADMIN_DEFAULT_API_TIMEOUT_MS", "2000");

        SinkConfig config = read(variables);

        assertThat(config.redisUri()).isEqualTo("redis://redis:2");
        assertThat(config.redisKeyPrefix()).isEqualTo("other");
        assertThat(config.allowEviction()).isTrue();
        assertThat(config.zone()).isEqualTo(ZoneId.of("Asia/Kolkata"));
        assertThat(config.retention())
                .isEqualTo(
                        new Retention(Duration.ofDays(1), Duration.ofDays(2), Duration.ofDays(3), Duration.ofDays(4)));
        assertThat(config.consumer())
                .containsEntry("bootstrap.servers", "kafka:1")
                .containsEntry("security.protocol", "SASL_SSL")
                .containsEntry("max.poll.records", "7");
        assertThat(config.producer())
                .containsEntry("bootstrap.servers", "kafka:1")
                .containsEntry("security.protocol", "SASL_SSL")
                .containsEntry("acks", "all");
        assertThat(config.admin())
                .containsEntry("bootstrap.servers", "kafka:1")
                .containsEntry("security.protocol", "SASL_SSL")
                .containsEntry("default.api.timeout.ms", "2000");
    }

    @ParameterizedTest
    @CsvSource({
        "KAFKA_CONSUMER_ISOLATION_LEVEL,    read_uncommitted",
        "KAFKA_CONSUMER_ENABLE_AUTO_COMMIT, true",
        "KAFKA_CONSUMER_AUTO_OFFSET_RESET,  latest",
        "KAFKA_CLIENT_GROUP_ID,             another",
        "KAFKA_PRODUCER_ACKS,               1",
    })
    void shouldRefuseWhatWouldMakeCountsWrong(String variable, String value) {
        assertThatExceptionOfType(ConfigurationException.class)
                .isThrownBy(() -> read(Map.of(variable, value)))
                .withMessageContaining(variable)
                .withMessageContaining(value);
    }

    @Test
    void shouldNotTellSecrets() {
        SinkConfig config =
                read(Map.of("REDIS_URI", "redis://:hush@redis", "KAFKA_CLIENT_SASL_JAAS_CONFIG", "password=hush"));

        assertThat(config.redisUri()).contains("hush");
        assertThat(config.toString()).doesNotContain("hush");
    }

    private static SinkConfig read(Map<String, String> variables) {
        return new Environment(variables).read(SinkConfig::from);
    }
}
