package io.tallystream.sink.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisException;
import io.lettuce.core.api.StatefulRedisConnection;
import io.tallystream.embedded.EmbeddedRedis;
import io.tallystream.embedded.junit.WithRedis;
import io.tallystream.schema.count.CountAddress;
import io.tallystream.schema.count.Dimension;
import io.tallystream.schema.count.Metric;
import io.tallystream.schema.count.Window;
import io.tallystream.sink.OneRedis;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@WithRedis
class RedisCountsIT extends RedisCountsSuite {
    RedisCountsIT(EmbeddedRedis redis) {
        super(new OneRedis(redis));
    }

    @Test
    void shouldConnectAnewAfterARestart(@TempDir Path folder) {
        CountAddress address = new CountAddress(Metric.CLICKS, Window.LIFETIME, Dimension.USER, "u1");
        CountAddress another = new CountAddress(Metric.CLICKS, Window.LIFETIME, Dimension.USER, "u2");
        EmbeddedRedis first = EmbeddedRedis.start(new EmbeddedRedis.Config(folder, 0, "secret"));
        try (RedisCounts written = counts(first.uri(), Clock.systemUTC())) {
            written.write(Map.of(address, 1L));
            first.close();

            assertThatExceptionOfType(RedisException.class).isThrownBy(() -> written.write(Map.of(another, 1L)));
            assertThatExceptionOfType(RedisException.class).isThrownBy(() -> written.write(Map.of()));

            try (EmbeddedRedis second = EmbeddedRedis.start(new EmbeddedRedis.Config(folder, first.port(), "secret"));
                    RedisClient reader = RedisClient.create(second.uri());
                    StatefulRedisConnection<String, String> connection = reader.connect()) {
                written.write(Map.of(another, 2L));
                assertThat(connection.sync().zscore(keys.key(address), "u1")).isEqualTo(1);
                assertThat(connection.sync().zscore(keys.key(address), "u2")).isEqualTo(2);
            }
        } finally {
            first.close();
        }
    }
}
