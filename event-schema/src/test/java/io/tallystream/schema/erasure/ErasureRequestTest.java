package io.tallystream.schema.erasure;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ErasureRequestTest {
    @ParameterizedTest
    @ValueSource(strings = {"u1", "", " ", "a b", "ü\u65e5\ud83d\ude00", "0b8f2c3a-1111-4222-8333-444455556666 x"})
    void shouldBeReadAsItWasWritten(String user) {
        ErasureRequest request = ErasureRequest.of(user);

        assertThat(ErasureRequest.ofMember(request.member())).contains(request);
        assertThat(new String(request.key(), UTF_8)).isEqualTo(user);
        assertThat(ErasureRequest.idOf(request.value())).contains(request.id());
        assertThat(request.id()).isNotEqualTo(ErasureRequest.of(user).id());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "u1", "0b8f2c3a-1111-4222-8333-444455556666", "0b8f2c3a-1111-4222-8333-44445555666X u1"})
    void shouldTakeNothingElse(String member) {
        assertThat(ErasureRequest.ofMember(member)).isEmpty();
    }

    @Test
    void shouldLetNothingButAnIdIntoLogs() {
        assertThat(ErasureRequest.idOf(null)).isEmpty();
        assertThat(ErasureRequest.idOf("u1\nforged line".getBytes(UTF_8))).isEmpty();
        assertThatIllegalArgumentException().isThrownBy(() -> new ErasureRequest("u1", "u1"));
    }
}
