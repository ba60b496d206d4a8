package io.tallystream.sink.redis;

import io.tallystream.embedded.EmbeddedRedisCluster;
import io.tallystream.embedded.junit.WithRedisCluster;
import io.tallystream.sink.ClusterRedis;

@WithRedisCluster
class ClusterRedisCountsIT extends RedisCountsSuite {
    ClusterRedisCountsIT(EmbeddedRedisCluster cluster) {
        super(new ClusterRedis(cluster));
    }
}
