package io.tallystream.query;

import io.tallystream.embedded.EmbeddedRedisCluster;
import io.tallystream.embedded.junit.WithRedisCluster;

@WithRedisCluster
class ClusterStatusIT extends StatusSuite {
    ClusterStatusIT(EmbeddedRedisCluster cluster) {
        super(cluster.uri());
    }
}
