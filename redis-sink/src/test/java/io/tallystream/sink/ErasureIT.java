package io.tallystream.sink;

import io.tallystream.embedded.EmbeddedKafka;
import io.tallystream.embedded.EmbeddedRedis;
import io.tallystream.embedded.junit.WithKafka;
import io.tallystream.embedded.junit.WithRedis;

@WithKafka
@WithRedis
class ErasureIT extends ErasureSuite {
    ErasureIT(EmbeddedKafka kafka, EmbeddedRedis redis) {
        super(kafka, new OneRedis(redis));
    }
}
