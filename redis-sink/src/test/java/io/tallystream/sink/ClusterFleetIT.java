package io.tallystream.sink;

import io.tallystream.embedded.EmbeddedKafka;
import io.tallystream.embedded.EmbeddedRedisCluster;
import io.tallystream.embedded.junit.WithKafka;
import io.tallystream.embedded.junit.WithRedisCluster;

@WithKafka
@WithRedisCluster
class ClusterFleetIT extends FleetSuite {
    ClusterFleetIT(EmbeddedKafka kafka, EmbeddedRedisCluster cluster) {
        super(kafka, new ClusterRedis(cluster));
    }
}
