package io.tallystream.embedded.junit;

import io.tallystream.embedded.EmbeddedRedisCluster;

/**
 * Resolves {@link EmbeddedRedisCluster} parameters to the one cluster of this test JVM. Tests share its keys: each uses a prefix,
 * or flushes and does not run in parallel. Whoever kills or freezes a node mends the cluster again.
 */
public final class RedisClusterExtension extends ServerExtension<EmbeddedRedisCluster> {

    /** For JUnit. */
    public RedisClusterExtension() {
        super(EmbeddedRedisCluster.class, EmbeddedRedisCluster::start);
    }
}
