package io.tallystream.query.report;

import io.tallystream.embedded.EmbeddedRedisCluster;
import io.tallystream.embedded.junit.WithRedisCluster;

@WithRedisCluster
class ClusterReportStoreIT extends ReportStoreSuite {
    ClusterReportStoreIT(EmbeddedRedisCluster cluster) {
        super(cluster.uri());
    }
}
