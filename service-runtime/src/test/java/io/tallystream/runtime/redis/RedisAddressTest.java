package io.tallystream.runtime.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.lettuce.core.RedisURI;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RedisAddressTest {
    private static final Duration LIMIT = Duration.ofSeconds(3);

    @Test
    void shouldReadAServer() {
        RedisAddress address = RedisAddress.parse("rediss://u%40x:p%2C%40@host:7000/2?verifyPeer=CA", LIMIT);

        assertThat(address.isCluster()).isFalse();
        RedisURI uri = address.uris().get(0);
        assertThat(uri.getHost()).isEqualTo("host");
        assertThat(uri.getPort()).isEqualTo(7000);
        assertThat(uri.getDatabase()).isEqualTo(2);
        assertThat(uri.isSsl()).isTrue();
        assertThat(username(uri)).isEqualTo("u@x");
        assertThat(password(uri)).isEqualTo("p,@");
        assertThat(uri.getTimeout()).isEqualTo(LIMIT);
    }

    @Test
    void shouldReadSentinels() {
        RedisAddress address = RedisAddress.parse("redis-sentinel://:secret@s1:26379,s2:26380/0#main", LIMIT);

        assertThat(address.isCluster()).isFalse();
        RedisURI uri = address.uris().get(0);
        assertThat(uri.getSentinelMasterId()).isEqualTo("main");
        assertThat(uri.getSentinels()).extracting(RedisURI::getHost).containsExactly("s1", "s2");
        assertThat(password(uri)).isEqualTo("secret");
        assertThat(uri.isSsl()).isFalse();
    }

    @Test
    void shouldReadACluster() {
        RedisAddress address =
                RedisAddress.parse("rediss-cluster://user:p%2C%40@h1:7000,h2,[::1]:7002?verifyPeer=NONE", LIMIT);

        assertThat(address.isCluster()).isTrue();
        List<RedisURI> uris = address.uris();
        assertThat(uris).extracting(RedisURI::getPort).containsExactly(7000, 6379, 7002);
        assertThat(uris.get(1).getHost()).isEqualTo("h2");
        assertThat(uris).allSatisfy(uri -> {
            assertThat(uri.isSsl()).isTrue();
            assertThat(uri.isVerifyPeer()).isFalse();
            assertThat(username(uri)).isEqualTo("user");
            assertThat(password(uri)).isEqualTo("p,@");
            assertThat(uri.getTimeout()).isEqualTo(LIMIT);
        });
        assertThat(RedisAddress.parse("redis-cluster://single", LIMIT).isCluster())
                .isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "redis",
                "redis://",
                "http://:hush@host",
                "redis://:hush@h1:1,h2:2",
                "redis://:hush@host:port",
                "redis-sentinel://:hush@host:1",
                "redis-cluster://",
                "redis-cluster://h1:1,,h2:2",
                "redis-cluster://:hush@h1:1/1",
            })
    void shouldRefuseAnythingElseAndTellNoSecret(String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> RedisAddress.parse(text, LIMIT))
                .withMessageStartingWith("must be redis[s]://")
                .withNoCause()
                .withMessageNotContaining("hush");
    }

    private static String username(RedisURI uri) {
        return uri.getCredentialsProvider().resolveCredentials().block().getUsername();
    }

    private static String password(RedisURI uri) {
        return new String(
                uri.getCredentialsProvider().resolveCredentials().block().getPassword());
    }
}
