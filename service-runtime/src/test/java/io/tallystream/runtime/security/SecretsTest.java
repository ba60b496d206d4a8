package io.tallystream.runtime.security;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class SecretsTest {
    @Test
    void shouldBeDistinct() {
        List<String> secrets =
                Stream.generate(() -> Secrets.generate("ts")).limit(1_000).toList();

        assertThat(secrets).doesNotHaveDuplicates();
    }

    @Test
    void shouldBeSafeInUrlsAndShellsAndHold192Bits() {
        // 192 bits are 32 characters of 6.
        assertThat(Secrets.generate("ts")).matches("ts_[A-Za-z0-9_-]{32}");
    }

    @Test
    void shouldBeLongEnoughForApiKeysWithoutThePrefix() {
        String secret = Secrets.generate("");

        assertThat(ApiKeys.parse("web=" + secret).find(secret)).isPresent();
        assertThat(secret.length()).isGreaterThanOrEqualTo(ApiKeys.MIN_SECRET_LENGTH);
    }
}
