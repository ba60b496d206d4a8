package io.tallystream.query;

import io.tallystream.embedded.EmbeddedRedisCluster;
import io.tallystream.embedded.junit.WithRedisCluster;

@WithRedisCluster
class ClusterReconciliationIT extends ReconciliationSuite {
    ClusterReconciliationIT(EmbeddedRedisCluster cluster) {
        super(cluster.uri());
    }
}
