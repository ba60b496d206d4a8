package io.tallystream.query.report;

import io.tallystream.embedded.EmbeddedRedis;
import io.tallystream.embedded.junit.WithRedis;

@WithRedis
class ReportStoreIT extends ReportStoreSuite {
    ReportStoreIT(EmbeddedRedis redis) {
        super(redis.uri());
    }
}
