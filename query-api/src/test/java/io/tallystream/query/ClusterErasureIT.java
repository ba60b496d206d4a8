package io.tallystream.query;

import io.tallystream.embedded.EmbeddedRedisCluster;
import io.tallystream.embedded.junit.WithRedisCluster;

@WithRedisCluster
class ClusterErasureIT extends ErasureSuite {
    ClusterErasureIT(EmbeddedRedisCluster cluster) {
        super(cluster.uri());
    }
}
