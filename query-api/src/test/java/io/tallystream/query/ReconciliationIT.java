package io.tallystream.query;

import io.tallystream.embedded.EmbeddedRedis;
import io.tallystream.embedded.junit.WithRedis;

@WithRedis
class ReconciliationIT extends ReconciliationSuite {
    ReconciliationIT(EmbeddedRedis redis) {
        super(redis.uri());
    }
}
