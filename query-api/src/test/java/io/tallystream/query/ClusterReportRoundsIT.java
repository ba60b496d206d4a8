package io.tallystream.query;

import io.tallystream.embedded.EmbeddedRedisCluster;
import io.tallystream.embedded.junit.WithRedisCluster;

@WithRedisCluster
class ClusterReportRoundsIT extends ReportRoundsSuite {
    ClusterReportRoundsIT(EmbeddedRedisCluster cluster) {
        super(cluster.uri());
    }
}
