package io.tallystream.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.entry;

import io.tallystream.runtime.config.ConfigurationException;
import io.tallystream.runtime.config.Environment;
import io.tallystream.runtime.security.ApiKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class IngestConfigTest {
    private static final String SECRET = "0123456789abcdef";

    @Test
    void shouldHaveDefaults() {
        IngestConfig config = read(Map.of());

        assertThat(config.address()).isEqualTo("127.0.0.1");
        assertThat(config.port()).isEqualTo(8080);
        assertThat(config.keys().configured().find(SECRET).map(ApiKey::name)).contains("shop");
        assertThat(config.keys().file()).isEqualTo(Path.of(".", "data", "keys.json"));
        assertThat(config.producer())
                .contains(
                        entry("bootstrap.servers", "localhost:9092"),
                        entry("acks", "all"),
                        entry("enable.idempotence", "true"),
                        entry("linger.ms", 0),
                        entry("max.in.flight.requests.per.connection", 1),
                        entry("max.block.ms", 0),
                        entry("delivery.timeout.ms", 8_000));
        assertThat(config.admin()).contains(entry("bootstrap.servers", "localhost:9092"));
    }

    @Test
    void shouldTakeWhatIsSet() {
        IngestConfig config = read(Map.of(
                "INGEST_PORT", "0",
                "BIND_ADDRESS", "0.0.0.0",
                "KAFKA_BOOTSTRAP_SERVERS", "kafka:19092",
                "KAFKA_PRODUCER_LINGER_MS", "20",
                "KAFKA_CLIENT_CLIENT_ID", "both",
                "KAFKA_PRODUCER_ACKS", "all"));

        assertThat(config.address()).isEqualTo("0.0.0.0");
        assertThat(config.port()).isZero();
        assertThat(config.producer())
                .contains(
                        entry("bootstrap.servers", "kafka:19092"),
                        entry("linger.ms", "20"),
                        entry("client.id", "both"),
                        entry("acks", "all"));
        assertThat(config.admin())
                .contains(entry("bootstrap.servers", "kafka:19092"), entry("client.id", "both"))
                .doesNotContainKeys("linger.ms", "acks");
    }

    @Test
    void shouldHaveTheProducerGiveUpBeforeTheDeadline() {
        IngestConfig config = read(Map.of("REQUEST_DEADLINE", "PT5S", "TEMPLATE_ENDPOINTS", "true"));

        assertThat(config.limits().deadline()).hasSeconds(5);
        assertThat(config.producer()).contains(entry("delivery.timeout.ms", 4_000), entry("request.timeout.ms", 2_000));
        assertThat(config.rules().templateEndpoints()).isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "KAFKA_PRODUCER_ACKS, 1",
        "KAFKA_PRODUCER_ACKS, 0",
        "KAFKA_CLIENT_ACKS, 1",
        "KAFKA_PRODUCER_ENABLE_IDEMPOTENCE, false",
        "KAFKA_PRODUCER_BOOTSTRAP_SERVERS, elsewhere:9092",
    })
    void shouldRefuseWhatWouldBreakThePromiseOf202(String variable, String value) {
        assertThatThrownBy(() -> read(Map.of(variable, value)))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining(variable)
                .hasMessageContaining(value);
    }

    @Test
    void shouldRequireKeysUnlessThereIsAFileOfThem(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("some-keys");
        Environment noKeys = new Environment(Map.of("KEYS_FILE", file.toString()));

        assertThatThrownBy(() -> noKeys.read(IngestConfig::from))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageStartingWith("INGEST_KEYS must be set.");
        Files.writeString(file, "[]");
        assertThat(new Environment(Map.of("KEYS_FILE", file.toString()))
                        .read(IngestConfig::from)
                        .keys()
                        .file())
                .isEqualTo(file);
    }

    @Test
    void shouldRefuseWeakKeysWithoutShowingThem() {
        assertThatThrownBy(() -> read(Map.of("INGEST_KEYS", "shop=short")))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageStartingWith("INGEST_KEYS must be")
                .hasMessageNotContaining("short");
    }

    @Test
    void shouldNotShowSecrets() {
        String text = read(Map.of("KAFKA_CLIENT_SASL_JAAS_CONFIG", "module required password=\"hidden\";"))
                .toString();

        assertThat(text).contains("8080", "shop").doesNotContain(SECRET, "hidden");
    }

    private static IngestConfig read(Map<String, String> more) {
        Map<String, String> variables = new HashMap<>(Map.of("INGEST_KEYS", "shop=" + SECRET));
        variables.putAll(more);
        return new Environment(variables).read(IngestConfig::from);
    }
}
