package io.tallystream.query;

import io.tallystream.embedded.EmbeddedRedisCluster;
import io.tallystream.embedded.junit.WithRedisCluster;
import java.io.IOException;

@WithRedisCluster
class ClusterWebhookIT extends WebhookSuite {
    ClusterWebhookIT(EmbeddedRedisCluster cluster) throws IOException {
        super(cluster.uri());
    }
}
