package io.tallystream.query;

import io.tallystream.embedded.EmbeddedRedisCluster;
import io.tallystream.embedded.junit.WithRedisCluster;

@WithRedisCluster
class ClusterLiveIT extends LiveSuite {
    ClusterLiveIT(EmbeddedRedisCluster cluster) {
        super(cluster.uri());
    }
}
