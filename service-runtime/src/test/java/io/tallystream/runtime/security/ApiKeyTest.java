package io.tallystream.runtime.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.util.OptionalInt;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class ApiKeyTest {
    private static final String DIGEST = ApiKey.digestOf("0123456789abcdef");

    @ParameterizedTest
    @ValueSource(
            strings = {
                "*",
                "null",
                "shop.example",
                "https://shop.example/",
                "https://shop.example/path",
                "HTTPS://shop.example",
                "https://Shop.example",
                "https://*.example",
                "https://user@shop.example",
                "ftp://shop.example",
                "https://shop.example:port",
                "https://shop.example\n",
            })
    void shouldTakeOriginsAsBrowsersSendThemOnly(String origin) {
        assertThatThrownBy(() -> key(KeyScope.COLLECT, Set.of(origin)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("origins must");
    }

    @Test
    void shouldNotTakeAPublicKeyForAllPages() {
        assertThatThrownBy(() -> key(KeyScope.COLLECT, Set.of()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("origins are needed");
    }

    @ParameterizedTest
    @EnumSource(value = KeyScope.class, mode = EnumSource.Mode.EXCLUDE, names = "COLLECT")
    void shouldNotTakeOriginsForSecretKeys(KeyScope scope) {
        assertThatThrownBy(() -> key(scope, Set.of("https://shop.example")))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 0, ApiKey.MAX_RATE + 1})
    void shouldTakeRatesThatCanBeKeptOnly(int rate) {
        assertThatThrownBy(() -> new ApiKey("a", KeyScope.READ, DIGEST, OptionalInt.of(rate), Set.of(), Instant.EPOCH))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("rate must");
    }

    @Test
    void shouldPermitNothingButItsScopeAndReadingToAdmins() {
        for (KeyScope scope : KeyScope.values()) {
            for (KeyScope needed : KeyScope.values()) {
                assertThat(scope.permits(needed))
                        .as("%s for %s", scope, needed)
                        .isEqualTo(scope == needed || (scope == KeyScope.ADMIN && needed == KeyScope.READ));
            }
        }
    }

    private static ApiKey key(KeyScope scope, Set<String> origins) {
        return new ApiKey("a", scope, DIGEST, OptionalInt.empty(), origins, Instant.EPOCH);
    }
}
