package io.tallystream.query;

import io.tallystream.embedded.EmbeddedRedis;
import io.tallystream.embedded.junit.WithRedis;

/** The same on a single Redis. */
@WithRedis
abstract class WithReports extends ReportSuite {
    final EmbeddedRedis redis;

    WithReports(EmbeddedRedis redis) {
        super(redis.uri());
        this.redis = redis;
    }
}
