package io.tallystream.runtime.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ApiKeysTest {
    private static final String WEB = "web-secret-0123456789";
    private static final String APP = "app-secret=0123456789==";

    @Test
    void shouldNameTheKeyOfASecret() {
        ApiKeys keys = ApiKeys.parse(" web = %s , app=%s".formatted(WEB, APP));

        assertThat(keys.nameOf(WEB)).contains("web");
        assertThat(keys.nameOf(APP)).contains("app");
        assertThat(keys.isEmpty()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "web", "web-secret-012345678", "web-secret-01234567890", "WEB-SECRET-0123456789"})
    void shouldNotNameOtherSecrets(String other) {
        assertThat(ApiKeys.parse("web=" + WEB).nameOf(other)).isEmpty();
        assertThat(ApiKeys.of("web", WEB).nameOf(other)).isEmpty();
        assertThat(ApiKeys.parse("").nameOf(other)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "  "})
    void shouldHaveNoKeysFromBlankText(String blank) {
        assertThat(ApiKeys.parse(blank).isEmpty()).isTrue();
    }

    @Test
    void shouldTakeOneKey() {
        ApiKeys keys = ApiKeys.of("web", WEB);

        assertThat(keys.nameOf(WEB)).contains("web");
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
        assertThatThrownBy(() -> ApiKeys.of("admin", secret))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("the secret of admin is too short");
    }

    @Test
    void shouldShowNamesOnly() {
        assertThat(ApiKeys.parse("web=%s,app=%s".formatted(WEB, APP))).hasToString("ApiKeys[web, app]");
    }
}
