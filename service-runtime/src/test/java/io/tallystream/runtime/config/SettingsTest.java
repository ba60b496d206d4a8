package io.tallystream.runtime.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallystream.runtime.security.ApiKey;
import io.tallystream.runtime.security.ApiKeys;
import io.tallystream.runtime.security.Secrets;
import java.lang.reflect.Modifier;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class SettingsTest {
    @Test
    void shouldListEverySettingOnce() {
        Stream<Object> declared = Stream.of(Settings.class.getFields())
                .filter(field -> Modifier.isStatic(field.getModifiers()) && field.getType() == Setting.class)
                .map(field -> {
                    try {
                        return field.get(null);
                    } catch (IllegalAccessException e) {
                        throw new AssertionError(e);
                    }
                });

        assertThat(Settings.all()).map(Object.class::cast).containsExactlyInAnyOrderElementsOf(declared.toList());
        assertThat(Settings.all()).extracting(Setting::name).doesNotHaveDuplicates();
    }

    static List<Setting<?>> all() {
        return Settings.all();
    }

    @ParameterizedTest
    @MethodSource("all")
    void shouldParseItsOwnDefault(Setting<?> setting) {
        assertThatCode(setting::defaultValue).doesNotThrowAnyException();
        assertThat(setting.defaultValue()).isNotNull();
        assertThat(setting.meaning()).endsWith(".");
    }

    static Stream<Arguments> designedDefaults() {
        return Stream.of(
                Arguments.of(Settings.INGEST_PORT, 8080),
                Arguments.of(Settings.QUERY_PORT, 8081),
                Arguments.of(Settings.MANAGEMENT_PORT, 9090),
                Arguments.of(Settings.BIND_ADDRESS, "127.0.0.1"),
                Arguments.of(Settings.KAFKA_BOOTSTRAP_SERVERS, ""),
                Arguments.of(Settings.REDIS_URI, ""),
                Arguments.of(Settings.KAFKA_PORT, 9092),
                Arguments.of(Settings.REDIS_PORT, 6379),
                Arguments.of(Settings.DATA_DIR, Path.of("data")),
                Arguments.of(Settings.TIME_ZONE, ZoneId.of("UTC")),
                Arguments.of(Settings.ALLOWED_LATENESS, Duration.ofHours(1)),
                Arguments.of(Settings.ALLOWED_SKEW, Duration.ofMinutes(5)),
                Arguments.of(Settings.DEDUPLICATION_HORIZON, Duration.ofMinutes(10)),
                Arguments.of(Settings.RETENTION_MINUTE, Duration.ofDays(7)),
                Arguments.of(Settings.RETENTION_HOUR, Duration.ofDays(30)),
                Arguments.of(Settings.RETENTION_DAY, Duration.ofDays(365)),
                Arguments.of(Settings.EVENTS_RETENTION, Duration.ofDays(3)),
                Arguments.of(Settings.PARTITIONS, 12),
                Arguments.of(Settings.REQUEST_DEADLINE, Duration.ofSeconds(10)),
                Arguments.of(Settings.ADMIN_TOKEN, ""),
                Arguments.of(Settings.LOG_FORMAT, "text"));
    }

    @ParameterizedTest
    @MethodSource("designedDefaults")
    void shouldHaveTheDefaultOfTheDesign(Setting<?> setting, Object expected) {
        Object value = setting.defaultValue();

        assertThat(value instanceof Path path ? path.normalize() : value).isEqualTo(expected);
    }

    @Test
    void shouldHaveNoKeysByDefault() {
        assertThat(Settings.INGEST_KEYS.defaultValue().isEmpty()).isTrue();
    }

    @Test
    void shouldTreatWhateverAuthenticatesAsSecret() {
        assertThat(Settings.all().stream().filter(Setting::secret))
                .map(Object.class::cast)
                .containsExactlyInAnyOrder(
                        Settings.REDIS_URI,
                        Settings.INGEST_KEYS,
                        Settings.ADMIN_TOKEN,
                        Settings.REPORT_WEBHOOK_URL,
                        Settings.REPORT_WEBHOOK_SECRET);
    }

    @ParameterizedTest
    @CsvSource({
        "INGEST_PORT, 65535",
        "MANAGEMENT_PORT, 0",
        "PARTITIONS, 1",
        "PARTITIONS, 10000",
        "TIME_ZONE, Europe/Berlin",
        "ALLOWED_LATENESS, PT0.001S",
        "RETENTION_DAY, P36500D",
        "REDIS_ALLOW_EVICTION, true",
        "REQUEST_DEADLINE, PT1S",
        "SHUTDOWN_DELAY, PT15S",
        "MAX_CONNECTIONS, 1",
        "LOG_FORMAT, json",
        "LOG_LEVEL, debug",
        "ADMIN_TOKEN, 0123456789abcdef",
        "INGEST_KEYS, a=0123456789abcdef",
    })
    void shouldTakeGoodValues(String name, String value) {
        assertThatCode(() -> read(name, value)).doesNotThrowAnyException();
    }

    @ParameterizedTest
    @CsvSource({
        "INGEST_PORT, 65536",
        "INGEST_PORT, -1",
        "INGEST_PORT, http",
        "PARTITIONS, 0",
        "PARTITIONS, 10001",
        "TIME_ZONE, Mars/Olympus",
        "ALLOWED_LATENESS, 1h",
        "ALLOWED_LATENESS, PT0S",
        "ALLOWED_LATENESS, -PT1H",
        "ALLOWED_LATENESS, PT0.0001S",
        "RETENTION_DAY, P36501D",
        "EVENTS_RETENTION, P36500DT0.001S",
        // More milliseconds than a long holds.
        "RETENTION_DAY, P999999999999D",
        "DATA_DIR, a\0b",
        "REDIS_ALLOW_EVICTION, yes",
        "REQUEST_DEADLINE, PT0.999S",
        "REQUEST_DEADLINE, PT15.001S",
        "SHUTDOWN_DELAY, -PT1S",
        "MAX_CONNECTIONS, 0",
        "TEMPLATE_ENDPOINTS, 1",
        "LOG_FORMAT, xml",
        "LOG_LEVEL, INFO",
        "ADMIN_TOKEN, 0123456789abcde",
        "INGEST_KEYS, a=0123456789abcde",
    })
    void shouldRefuseBadValues(String name, String value) {
        assertThatThrownBy(() -> read(name, value))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageStartingWith(name + " must be ")
                .hasMessageNotContaining("null");
    }

    @Test
    void shouldReadTheZone() {
        assertThat(new Environment(Map.of("TIME_ZONE", "Z")).get(Settings.TIME_ZONE))
                .isEqualTo(ZoneOffset.UTC);
    }

    @Test
    void shouldTakeGeneratedSecrets() {
        String secret = Secrets.generate("ts");

        Environment environment = new Environment(Map.of("ADMIN_TOKEN", secret, "INGEST_KEYS", "web=" + secret));
        String token = environment.read(env -> env.get(Settings.ADMIN_TOKEN));
        ApiKeys keys = environment.read(env -> env.get(Settings.INGEST_KEYS));

        assertThat(token).isEqualTo(secret);
        assertThat(keys.find(secret).map(ApiKey::name)).contains("web");
    }

    private static Object read(String name, String value) {
        Setting<?> setting = Settings.all().stream()
                .filter(one -> one.name().equals(name))
                .findAny()
                .orElseThrow();
        return new Environment(Map.of(name, value)).read(env -> env.get(setting));
    }
}
