package io.tallystream.query;

import io.tallystream.embedded.EmbeddedRedisCluster;
import io.tallystream.embedded.junit.WithRedisCluster;

@WithRedisCluster
class ClusterContractExamplesIT extends ContractExamplesSuite {
    ClusterContractExamplesIT(EmbeddedRedisCluster cluster) {
        super(cluster.uri());
    }
}
