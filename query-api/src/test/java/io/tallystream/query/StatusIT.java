package io.tallystream.query;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystream.embedded.EmbeddedRedis;
import io.tallystream.embedded.junit.WithRedis;
import io.vertx.core.json.JsonObject;
import org.junit.jupiter.api.Test;

@WithRedis
class StatusIT extends StatusSuite {
    StatusIT(EmbeddedRedis redis) {
        super(redis.uri());
    }

    @Test
    void shouldTellTheLimitOfRedis() throws Exception {
        counts.redis().configSet("maxmemory", "1073741824");
        try {
            assertThat(redis().getLong("max_memory_bytes")).isEqualTo(1_073_741_824L);
        } finally {
            counts.redis().configSet("maxmemory", "0");
        }
    }

    private JsonObject redis() throws Exception {
        return api.json(STATUS).getJsonObject("redis");
    }
}
