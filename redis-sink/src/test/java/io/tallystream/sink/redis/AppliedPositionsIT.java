package io.tallystream.sink.redis;

import io.tallystream.embedded.EmbeddedRedis;
import io.tallystream.embedded.junit.WithRedis;
import io.tallystream.sink.OneRedis;

@WithRedis
class AppliedPositionsIT extends AppliedPositionsSuite {
    AppliedPositionsIT(EmbeddedRedis redis) {
        super(new OneRedis(redis));
    }
}
