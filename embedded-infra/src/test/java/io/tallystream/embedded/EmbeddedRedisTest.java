package io.tallystream.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EmbeddedRedisTest {

    @Test
    void shouldNotPrintItsPassword() {
        var config = new EmbeddedRedis.Config(Path.of("data"), 6379, "secret");

        assertThat(config).hasToString("Config[dataFolder=data, port=6379]");
    }

    @Test
    void shouldRefuseEmptyPassword() {
        assertThatThrownBy(() -> new EmbeddedRedis.Config(Path.of("data"), 6379, ""))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("password must not be empty");
    }

    @Test
    void shouldCountBytesInCommands() {
        assertThat(new String(RedisProbe.command("AUTH", "pässword"), StandardCharsets.UTF_8))
                .isEqualTo("*2\r\n$4\r\nAUTH\r\n$9\r\npässword\r\n");
    }

    @ParameterizedTest
    @CsvSource({
        "+OK, +PONG, READY",
        "+OK, -LOADING Redis is loading the dataset in memory, LOADING",
        "+OK, -ERR unknown, NONE",
        "-WRONGPASS invalid, -NOAUTH Authentication required., NONE",
        "+OK, , NONE",
        ", , NONE"
    })
    void shouldTellReadyFromLoadingFromAnythingElse(String toAuth, String toPing, RedisProbe.Answer answer) {
        assertThat(RedisProbe.answer(toAuth, toPing)).isEqualTo(answer);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "7:M 20 Nov 2026 10:15:31.000 # !!! Warning: short read while loading the AOF file !!!",
                "7:M 20 Nov 2026 10:15:31.000 # Error writing to the AOF file: No space left on device"
            })
    void shouldPassWarningsOn(String line) {
        assertThat(RedisLog.isWarning(line)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "7:C 20 Nov 2026 10:15:31.000 # oO0OoO0OoO0Oo Redis is starting oO0OoO0OoO0Oo",
                "7:M 20 Nov 2026 10:15:31.000 # Server initialized",
                "7:M 20 Nov 2026 10:15:31.000 * Ready to accept connections",
                "7:signal-handler (1795227883) Received SIGTERM scheduling shutdown..."
            })
    void shouldNotWarnOfRoutine(String line) {
        assertThat(RedisLog.isWarning(line)).isFalse();
    }
}
