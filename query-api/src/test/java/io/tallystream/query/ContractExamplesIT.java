package io.tallystream.query;

import io.tallystream.embedded.EmbeddedRedis;
import io.tallystream.embedded.junit.WithRedis;

@WithRedis
class ContractExamplesIT extends ContractExamplesSuite {
    ContractExamplesIT(EmbeddedRedis redis) {
        super(redis.uri());
    }
}
