package io.tallystream.runtime.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ApiKeysTest {
    private static final String WEB = "web-secret-0123456789";
    private static final String APP = "app-secret=0123456789==";

    @Test
    void shouldNameTheKeyOfASecret() {
        ApiKeys keys = ApiKeys.parse(" web = %s , app=%s".formatted(WEB, APP));

        assertThat(nameOf(keys, WEB)).contains("web");
        assertThat(nameOf(keys, APP)).contains("app");
        assertThat(keys.isEmpty()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "web", "web-secret-012345678", "web-secret-01234567890", "WEB-SECRET-0123456789"})
    void shouldNotNameOtherSecrets(String other) {
        assertThat(ApiKeys.parse("web=" + WEB).find(other)).isEmpty();
        assertThat(ApiKeys.of("web", KeyScope.READ, WEB).find(other)).isEmpty();
        assertThat(ApiKeys.parse("").find(other)).isEmpty();
    }

    @Test
    void shouldGiveKeysOfVariablesNoLimitAndTheScopeToSend() {
        ApiKey key = ApiKeys.parse("web=" + WEB).find(WEB).orElseThrow();

        assertThat(key.scope()).isEqualTo(KeyScope.INGEST);
        assertThat(key.rate()).isEmpty();
        assertThat(key.digest()).isEqualTo(ApiKey.digestOf(WEB)).doesNotContain(WEB);
    }

    @Test
    void shouldGoByTheVariableWhereAnotherKeyHasTheSameSecret() {
        ApiKey copy =
                new ApiKey("copy", KeyScope.READ, ApiKey.digestOf(WEB), OptionalInt.empty(), Set.of(), Instant.EPOCH);
        ApiKey more =
                new ApiKey("more", KeyScope.READ, ApiKey.digestOf(APP), OptionalInt.empty(), Set.of(), Instant.EPOCH);

        ApiKeys both = ApiKeys.parse("web=" + WEB).and(List.of(copy, more));

        assertThat(nameOf(both, WEB)).contains("web");
        assertThat(nameOf(both, APP)).contains("more");
    }

    private static Optional<String> nameOf(ApiKeys keys, String secret) {
        return keys.find(secret).map(ApiKey::name);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "  "})
    void shouldHaveNoKeysFromBlankText(String blank) {
        assertThat(ApiKeys.parse(blank).isEmpty()).isTrue();
    }

    @Test
    void shouldFindKeysByTheirName() {
        ApiKey ofFile = new ApiKey(
                "admin",
                KeyScope.READ,
                ApiKey.digestOf("another-secret-of-the-same-name"),
                OptionalInt.empty(),
                Set.of(),
                Instant.EPOCH);
        ApiKeys keys = ApiKeys.of("admin", KeyScope.ADMIN, "0123456789abcdef").and(List.of(ofFile));

        assertThat(keys.named("admin"))
                .extracting(ApiKey::scope)
                .containsExactlyInAnyOrder(KeyScope.ADMIN, KeyScope.READ);
        assertThat(keys.named("Admin")).isEmpty();
    }

    @Test
    void shouldTakeOneKey() {
        ApiKeys keys = ApiKeys.of("web", KeyScope.READ, WEB);

        assertThat(nameOf(keys, WEB)).contains("web");
        assertThat(keys.isEmpty()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "0123456789abcdef",
                "=0123456789abcdef",
                " =0123456789abcdef",
                "a=",
                "a=0123456789abcde",
                "a=0123456789abcde ",
                "a=0123456789abcdef,",
                ",a=0123456789abcdef",
                "a=0123456789abcdef,,b=0123456789abcdeg",
                "a=0123456789abcdef,a=0123456789abcdeg",
                "a=0123456789abcdef, a =0123456789abcdeg",
                "a=0123456789abcdef,b=0123456789abcdef",
            })
    void shouldRefuseWhatIsNotNamesWithSecrets(String text) {
        assertThatThrownBy(() -> ApiKeys.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageNotContaining("0123");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "short", "0123456789abcde"})
    void shouldRefuseAShortSecret(String secret) {
        assertThatThrownBy(() -> ApiKeys.of("admin", KeyScope.ADMIN, secret))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("the secret of admin is too short");
    }

    @Test
    void shouldShowNamesOnly() {
        assertThat(ApiKeys.parse("web=%s,app=%s".formatted(WEB, APP))).hasToString("ApiKeys[app, web]");
    }
}
