package io.tallystream.sink.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisCommandTimeoutException;
import io.lettuce.core.RedisConnectionException;
import io.lettuce.core.RedisException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RedisFaultTest {
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            LOADING Redis is loading the dataset in memory                     | loading
            READONLY You can't write against a read only replica.              | readonly
            MISCONF Redis is configured to save RDB snapshots, but             | misconf
            OOM command not allowed when used memory > 'maxmemory'.            | oom
            EXECABORT Transaction discarded because of: OOM command not        | oom
            EXECABORT Transaction discarded because of previous errors.        | execabort
            CLUSTERDOWN The cluster is down                                    | clusterdown
            BUSY Redis is busy running a script.                               | busy
            NOREPLICAS Not enough good replicas to write.                      | noreplicas
            TRYAGAIN Multiple keys request during rehashing of slot            | tryagain
            MASTERDOWN Link with MASTER is down                                | masterdown
            MOVED 3999 127.0.0.1:6381                                          | moved
            NOPERM this user has no permissions                                | noperm
            something without a code                                           | connection
            """)
    void shouldTryAgainWhatTimeMends(String answer, String reason) {
        RedisFault fault = RedisFault.of("a:key", new RedisCommandExecutionException(answer));

        assertThat(fault.permanent()).isFalse();
        assertThat(fault.reason()).isEqualTo(reason);
        assertThat(fault).hasMessageContaining(answer).hasMessageContaining("a:key");
    }

    @ParameterizedTest
    @CsvSource({
        "WRONGTYPE Operation against a key holding the wrong kind of value, wrongtype",
        "ERR syntax error, err",
        "EXECABORT Transaction discarded because of: ERR unknown command, err",
    })
    void shouldStopAtWhatTimeDoesNotMend(String answer, String reason) {
        RedisFault fault = RedisFault.of("a:key", new RedisCommandExecutionException(answer));

        assertThat(fault.permanent()).isTrue();
        assertThat(fault.reason()).isEqualTo(reason);
        assertThat(fault).hasMessageContaining("a:key");
    }

    @Test
    void shouldTryAgainWhereNoAnswerCame() {
        RedisFault timeout = RedisFault.of("a:key", new RedisCommandTimeoutException("no reply in time"));
        assertThat(timeout.permanent()).isFalse();
        assertThat(timeout.reason()).isEqualTo("timeout");

        RedisFault closed = RedisFault.of("a:key", new RedisException("Connection closed"));
        assertThat(closed.permanent()).isFalse();
        assertThat(closed.reason()).isEqualTo("connection");
    }

    @Test
    void shouldTryToConnectAgainWhateverTheAnswer() {
        RedisFault full = RedisFault.whileConnecting(new RedisConnectionException(
                "Unable to connect to redis:6379",
                new RedisCommandExecutionException("ERR max number of clients reached")));

        assertThat(full.permanent()).isFalse();
        assertThat(full.reason()).isEqualTo("err");
        assertThat(full).hasMessage("Unable to connect to redis:6379: ERR max number of clients reached");
    }
}
