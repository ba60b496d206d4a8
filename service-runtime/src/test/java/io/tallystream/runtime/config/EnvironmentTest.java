package io.tallystream.runtime.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EnvironmentTest {
    private static final Environment EMPTY = new Environment(Map.of());

    @Test
    void shouldGiveWhatIsSet() {
        Environment environment = new Environment(Map.of("INGEST_PORT", " 80 "));

        int read = environment.read(env -> env.get(Settings.INGEST_PORT));

        assertThat(read).isEqualTo(80);
        assertThat(environment.get(Settings.INGEST_PORT, 1)).isEqualTo(80);
        assertThat(environment.require(Settings.INGEST_PORT)).isEqualTo(80);
        assertThat(environment.isSet(Settings.INGEST_PORT)).isTrue();
    }

    @Test
    void shouldNotFollowLaterChanges() {
        Map<String, String> variables = new HashMap<>();
        Environment environment = new Environment(variables);
        variables.put("INGEST_PORT", "80");

        assertThat(environment.isSet(Settings.INGEST_PORT)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "\t\n"})
    void shouldTakeBlankAsNotSet(String blank) {
        Environment environment = new Environment(Map.of("INGEST_PORT", blank));

        assertThat(environment.isSet(Settings.INGEST_PORT)).isFalse();
        assertThat(environment.get(Settings.INGEST_PORT)).isEqualTo(8080);
        assertThat(environment.get(Settings.INGEST_PORT, 1)).isEqualTo(1);
        assertThatThrownBy(() -> environment.read(env -> env.require(Settings.INGEST_PORT)))
                .isInstanceOf(ConfigurationException.class);
    }

    @Test
    void shouldTellAllMistakesAtOnce() {
        Environment environment = new Environment(
                Map.of("INGEST_PORT", "eighty", "LOG_FORMAT", "xml", "PARTITIONS", "4", "ADMIN_TOKEN", "hush"));

        assertThatThrownBy(() -> environment.read(env -> List.of(
                        env.get(Settings.INGEST_PORT),
                        env.get(Settings.LOG_FORMAT),
                        env.get(Settings.PARTITIONS),
                        env.get(Settings.ADMIN_TOKEN),
                        env.require(Settings.KAFKA_BOOTSTRAP_SERVERS))))
                .isInstanceOf(ConfigurationException.class)
                .hasMessage(String.join(
                        System.lineSeparator(),
                        "INGEST_PORT must be a port from 0 to 65535. Found: eighty",
                        "LOG_FORMAT must be text or json. Found: xml",
                        "ADMIN_TOKEN must be 16 characters or more.",
                        "KAFKA_BOOTSTRAP_SERVERS must be set. " + Settings.KAFKA_BOOTSTRAP_SERVERS.meaning()));
    }

    @Test
    void shouldTellTheSameMistakeOnce() {
        Environment environment = new Environment(Map.of("INGEST_PORT", "eighty"));

        assertThatThrownBy(() -> environment.read(
                        env -> List.of(env.get(Settings.INGEST_PORT), env.require(Settings.INGEST_PORT))))
                .hasMessage("INGEST_PORT must be a port from 0 to 65535. Found: eighty");
    }

    @Test
    void shouldTellMistakesEvenIfTheReaderFailsOverThem() {
        Environment environment = new Environment(Map.of("INGEST_PORT", "eighty"));
        RuntimeException consequence = new IllegalArgumentException("no such port");

        assertThatThrownBy(() -> environment.read(env -> {
                    env.get(Settings.INGEST_PORT);
                    throw consequence;
                }))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageStartingWith("INGEST_PORT must be")
                .hasCause(consequence);
    }

    @Test
    void shouldNotHideWhatTheReaderThrows() {
        RuntimeException failure = new IllegalStateException("broken");

        assertThatThrownBy(() -> EMPTY.read(env -> {
                    throw failure;
                }))
                .isSameAs(failure);
    }

    @Test
    void shouldTellMistakesOfTheReaderItself() {
        assertThatThrownBy(() -> new Environment(Map.of()).read(env -> {
                    env.error("A must be less than B");
                    return env;
                }))
                .isInstanceOf(ConfigurationException.class)
                .hasMessage("A must be less than B");
    }

    @ParameterizedTest
    @ValueSource(strings = {"hush", "web=hush", "hush=", "=hush,", "a=hush-hush-hush-hush,a=hush-hush-hush-hush"})
    void shouldNeverShowSecrets(String secret) {
        Map<String, String> variables = new HashMap<>();
        for (Setting<?> setting : Settings.all()) {
            if (setting.secret()) {
                variables.put(setting.name(), secret);
            }
        }
        Environment environment = new Environment(variables);

        assertThatThrownBy(() -> environment.read(env -> {
                    Settings.all().stream().filter(Setting::secret).forEach(env::require);
                    env.get(Settings.INGEST_KEYS);
                    return env.require(Settings.LOG_FORMAT);
                }))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("LOG_FORMAT")
                .hasMessageNotContaining("hush")
                .hasNoCause();
        assertThat(environment).asString().doesNotContain("hush").contains("ADMIN_TOKEN");
    }

    @Test
    void shouldLayKafkaSettingsOverOneAnother() {
        Environment environment = new Environment(Map.of(
                "KAFKA_CLIENT_SECURITY_PROTOCOL", "SSL",
                "KAFKA_CLIENT_LINGER_MS", "5",
                "KAFKA_CLIENT_BATCH_SIZE", "1",
                "KAFKA_PRODUCER_LINGER_MS", "7",
                "KAFKA_PRODUCER_ACKS", "all",
                "KAFKA_CONSUMER_LINGER_MS", "9",
                "KAFKA_BOOTSTRAP_SERVERS", "kafka:9092"));

        Map<String, Object> producer = environment.read(env -> env.kafkaClient(
                "PRODUCER",
                Map.of("linger.ms", 2, "batch.size", 3, "buffer.memory", 4),
                Map.of("acks", "all", "enable.idempotence", true)));

        assertThat(producer)
                .containsExactlyInAnyOrderEntriesOf(Map.of(
                        "security.protocol", "SSL",
                        "linger.ms", "7",
                        "batch.size", "1",
                        "buffer.memory", 4,
                        "acks", "all",
                        "enable.idempotence", true));
    }

    @ParameterizedTest
    @ValueSource(strings = {"KAFKA_CLIENT_ACKS", "KAFKA_PRODUCER_ACKS"})
    void shouldRefuseToChangeFixedKafkaSettings(String name) {
        Environment environment = new Environment(Map.of(name, "1"));

        assertThatThrownBy(() -> environment.read(env -> env.kafkaClient("PRODUCER", Map.of(), Map.of("acks", "all"))))
                .isInstanceOf(ConfigurationException.class)
                .hasMessage(name + " must stay all, exact counts rest on it. Found: 1");
    }

    @Test
    void shouldTakeBlankKafkaSettingsAsNotSet() {
        Environment environment = new Environment(Map.of(
                "KAFKA_PRODUCER_LINGER_MS", " ",
                "KAFKA_PRODUCER_ACKS", "",
                "KAFKA_CLIENT_ENABLE_IDEMPOTENCE", " true "));

        Map<String, Object> producer = environment.read(env ->
                env.kafkaClient("PRODUCER", Map.of("linger.ms", 2), Map.of("acks", "all", "enable.idempotence", true)));

        assertThat(producer).isEqualTo(Map.of("linger.ms", 2, "acks", "all", "enable.idempotence", true));
    }
}
