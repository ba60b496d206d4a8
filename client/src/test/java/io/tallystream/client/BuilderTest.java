package io.tallystream.client;

import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.net.URI;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Mistakes are told to who makes them: with the first event they would end a thread of the client's, and all events would
 * wait for ever.
 */
class BuilderTest {
    private static final URI GATEWAY = URI.create("http://127.0.0.1:8080");

    @ParameterizedTest
    @ValueSource(strings = {"gateway.example:8080", "//gateway.example", "ftp://gateway.example", "http:///v1", "/"})
    void shouldRefuseWhatIsNoAddressOfAGateway(String gateway) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> TallystreamClient.to(URI.create(gateway), "tsi_0123456789abcdef"))
                .withMessageContaining("gateway must be")
                .withMessageContaining(gateway);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "tsi_0123456789abcdef\n", "tsi_ 0123456789abcdef", "tsi_0123456789abcd\u00e9f"})
    void shouldRefuseWhatIsNoKeyAndNotRepeatIt(String key) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> TallystreamClient.to(GATEWAY, key))
                .withMessageContaining("key must be")
                .withMessageNotContaining("0123");
    }

    @Test
    void shouldRefuseNotToWaitForAnAnswer() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> TallystreamClient.to(GATEWAY, "k").requestLimit(Duration.ZERO))
                .withMessageContaining("requestLimit");
    }
}
