package io.tallystream.query;

import io.tallystream.embedded.EmbeddedRedis;
import io.tallystream.embedded.junit.WithRedis;

/** The same on a single Redis. */
@WithRedis
abstract class WithApi extends ApiSuite {
    final EmbeddedRedis redis;

    WithApi(EmbeddedRedis redis) {
        super(redis.uri());
        this.redis = redis;
    }
}
