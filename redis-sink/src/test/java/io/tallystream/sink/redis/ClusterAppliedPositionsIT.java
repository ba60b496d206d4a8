package io.tallystream.sink.redis;

import io.tallystream.embedded.EmbeddedRedisCluster;
import io.tallystream.embedded.junit.WithRedisCluster;
import io.tallystream.sink.ClusterRedis;

@WithRedisCluster
class ClusterAppliedPositionsIT extends AppliedPositionsSuite {
    ClusterAppliedPositionsIT(EmbeddedRedisCluster cluster) {
        super(new ClusterRedis(cluster));
    }
}
