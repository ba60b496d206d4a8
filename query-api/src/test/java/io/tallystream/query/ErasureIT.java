package io.tallystream.query;

import io.tallystream.embedded.EmbeddedRedis;
import io.tallystream.embedded.junit.WithRedis;

@WithRedis
class ErasureIT extends ErasureSuite {
    ErasureIT(EmbeddedRedis redis) {
        super(redis.uri());
    }
}
