package io.tallystream.sink;

import io.tallystream.embedded.EmbeddedKafka;
import io.tallystream.embedded.EmbeddedRedisCluster;
import io.tallystream.embedded.junit.WithKafka;
import io.tallystream.embedded.junit.WithRedisCluster;

@WithKafka
@WithRedisCluster
class ClusterErasureIT extends ErasureSuite {
    ClusterErasureIT(EmbeddedKafka kafka, EmbeddedRedisCluster cluster) {
        super(kafka, new ClusterRedis(cluster));
    }
}
