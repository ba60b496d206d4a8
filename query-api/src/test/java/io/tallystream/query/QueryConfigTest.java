package io.tallystream.query;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallystream.query.oidc.OidcConfig;
import io.tallystream.query.report.Webhook;
import io.tallystream.runtime.config.ConfigurationException;
import io.tallystream.runtime.config.Environment;
import io.tallystream.runtime.security.ApiKey;
import java.net.URI;
import java.time.Duration;
import java.time.ZoneId;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class QueryConfigTest {
    private static final String TOKEN = "0123456789abcdef";

    @Test
    void shouldHaveDefaults() {
        QueryConfig config = read(Map.of());

        assertThat(config.address()).isEqualTo("127.0.0.1");
        assertThat(config.port()).isEqualTo(8081);
        assertThat(config.keys().configured().find(TOKEN).map(ApiKey::name)).contains("admin");
        assertThat(config.redisUri()).isEqualTo("redis://localhost:6379");
        assertThat(config.redisKeyPrefix()).isEqualTo("tally");
        assertThat(config.zone()).isEqualTo(ZoneId.of("UTC"));
        assertThat(config.allowedLateness()).isEqualTo(Duration.ofHours(1));
        assertThat(config.retention()).isEqualTo(Api.RETENTION);
        assertThat(config.partitions()).isEqualTo(12);
    }

    @Test
    void shouldTakeWhatIsSet() {
        QueryConfig config = read(Map.of(
                "BIND_ADDRESS", "0.0.0.0",
                "QUERY_PORT", "0",
                "REDIS_URI", "rediss://:secret@redis:6380/2",
                "REDIS_KEY_PREFIX", "other",
                "TIME_ZONE", "Asia/Shanghai",
                "ALLOWED_LATENESS", "PT5M",
                "RETENTION_HOUR", "P40D",
                "PARTITIONS", "48"));

        assertThat(config.address()).isEqualTo("0.0.0.0");
        assertThat(config.port()).isZero();
        assertThat(config.redisUri()).isEqualTo("rediss://:secret@redis:6380/2");
        assertThat(config.redisKeyPrefix()).isEqualTo("other");
        assertThat(config.zone()).isEqualTo(ZoneId.of("Asia/Shanghai"));
        assertThat(config.allowedLateness()).isEqualTo(Duration.ofMinutes(5));
        assertThat(config.retention().hour()).isEqualTo(Duration.ofDays(40));
        assertThat(config.partitions()).isEqualTo(48);
    }

    @Test
    void shouldRequireAToken() {
        Environment nothing = new Environment(Map.of());

        assertThatThrownBy(() -> nothing.read(QueryConfig::from))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageStartingWith("ADMIN_TOKEN must be set.");
    }

    @Test
    void shouldRefuseAWeakTokenWithoutShowingIt() {
        assertThatThrownBy(() -> read(Map.of("ADMIN_TOKEN", "short")))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageStartingWith("ADMIN_TOKEN must be")
                .hasMessageNotContaining("Found: short");
    }

    @Test
    void shouldTakeAnIssuerWithItsAudience() {
        assertThat(read(Map.of()).oidc()).isEmpty();
        assertThat(read(Map.of("OIDC_ISSUER", "https://id.example/realm", "OIDC_AUDIENCE", "tally"))
                        .oidc())
                .contains(new OidcConfig("https://id.example/realm", "tally", Optional.empty(), "scope"));
        assertThat(read(Map.of(
                                "OIDC_ISSUER", "http://localhost:8180",
                                "OIDC_AUDIENCE", "tally",
                                "OIDC_JWKS_URI", "https://id.example/keys",
                                "OIDC_SCOPE_CLAIM", "roles"))
                        .oidc())
                .contains(new OidcConfig(
                        "http://localhost:8180", "tally", Optional.of(URI.create("https://id.example/keys")), "roles"));
        assertThatThrownBy(() -> read(Map.of("OIDC_ISSUER", "https://id.example")))
                .hasMessageStartingWith("OIDC_AUDIENCE must be set.");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"http://id.example", "id.example", "ftp://localhost", "https://u:p@id.example", "https://a#b"})
    void shouldRefuseAnIssuerThatAnybodyCouldPlay(String issuer) {
        assertThatThrownBy(() -> read(Map.of("OIDC_ISSUER", issuer, "OIDC_AUDIENCE", "tally")))
                .hasMessageStartingWith("OIDC_ISSUER must be an https URL");
    }

    @Test
    void shouldNotShowSecrets() {
        assertThat(read(Map.of("REDIS_URI", "redis://:hidden@localhost")).toString())
                .contains("8081")
                .doesNotContain(TOKEN, "hidden");
    }

    private static QueryConfig read(Map<String, String> more) {
        Map<String, String> variables = new HashMap<>(Map.of("ADMIN_TOKEN", TOKEN));
        variables.putAll(more);
        return new Environment(variables).read(QueryConfig::from);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://hooks.example.com/a?b=c",
                "http://localhost:8000/a",
                "http://127.0.0.1/",
                "http://[::1]:1/"
            })
    void shouldPostReportsWhereItIsPrivate(String url) {
        QueryConfig config = read(Map.of("REPORT_WEBHOOK_URL", url, "REPORT_WEBHOOK_SECRET", "0123456789abcdef"));

        assertThat(config.webhook()).contains(new Webhook(URI.create(url), "0123456789abcdef"));
        assertThat(config.webhook().orElseThrow().toString())
                .doesNotContain("0123456789abcdef")
                .doesNotContain("b=c");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://hooks.example.com/",
                "https://user:secret@hooks.example.com/",
                "https://hooks.example.com/#a",
                "ftp://localhost/",
                "file:///etc/passwd",
                "https:///a",
                "hooks.example.com",
                "http://localhost.example.com/",
                "not a URL"
            })
    void shouldNotPostReportsElsewhere(String url) {
        assertThatThrownBy(() -> read(Map.of("REPORT_WEBHOOK_URL", url, "REPORT_WEBHOOK_SECRET", "0123456789abcdef")))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageStartingWith("REPORT_WEBHOOK_URL must be an https URL")
                .hasMessageNotContaining(url);
    }

    @Test
    void shouldNotPostReportsUnsigned() {
        assertThatThrownBy(() -> read(Map.of("REPORT_WEBHOOK_URL", "https://hooks.example.com/")))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageStartingWith("REPORT_WEBHOOK_SECRET must be set.");
        assertThat(read(Map.of()).webhook()).isEmpty();
    }
}
