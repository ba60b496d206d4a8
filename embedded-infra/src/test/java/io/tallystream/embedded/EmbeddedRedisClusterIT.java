package io.tallystream.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(240)
class EmbeddedRedisClusterIT {

    @Test
    void shouldKeepServingOverAKilledMasterAndAnOrderlyFailover(@TempDir Path folder) {
        try (EmbeddedRedisCluster cluster = EmbeddedRedisCluster.start(folder)) {
            Set<Integer> masters = new HashSet<>();
            for (int i = 0; i < 30; i++) {
                int master = cluster.masterOf("key-" + i);
                masters.add(master);
                assertThat(cluster.call(master, "SET", "key-" + i, "v" + i)).isEqualTo("OK");
            }
            assertThat(masters).containsExactlyInAnyOrder(0, 1, 2);
            int master = cluster.masterOf("key-0");
            assertThatThrownBy(() -> cluster.call((master + 1) % EmbeddedRedisCluster.MASTERS, "GET", "key-0"))
                    .hasMessageContaining("MOVED");
            assertThat(cluster.call(master, "WAIT", "1", "5000")).isEqualTo("1");

            cluster.kill(master);
            int promoted = cluster.awaitFailover("key-0", master);
            assertThat(promoted).isEqualTo(master + EmbeddedRedisCluster.MASTERS);
            assertThat(cluster.call(promoted, "GET", "key-0")).isEqualTo("v0");

            cluster.restart(master);
            assertThat(cluster.call(master, "ROLE")).startsWith("slave");
            assertThat(cluster.failOver("key-0")).isEqualTo(master);
            assertThat(cluster.call(master, "GET", "key-0")).isEqualTo("v0");
        }
    }

    @Test
    void shouldMoveSlotsAndReplaceAFrozenMaster(@TempDir Path folder) {
        try (EmbeddedRedisCluster cluster = EmbeddedRedisCluster.start(folder)) {
            int source = cluster.masterOf("key");
            int target = (source + 1) % EmbeddedRedisCluster.MASTERS;
            assertThat(cluster.masters()).containsExactlyInAnyOrder(0, 1, 2);
            assertThat(cluster.replicaOf(source)).isEqualTo(source + EmbeddedRedisCluster.MASTERS);
            cluster.call(source, "SET", "key", "value");
            cluster.beginToMove("key", target);
            assertThat(cluster.call(source, "GET", "key")).isEqualTo("value");
            assertThatThrownBy(() -> cluster.call(source, "GET", "{key}other")).hasMessageContaining("ASK");

            cluster.move("key", target);
            assertThat(cluster.masterOf("key")).isEqualTo(target);
            assertThat(cluster.call(target, "GET", "key")).isEqualTo("value");
            assertThat(cluster.call(target, "WAIT", "1", "5000")).isEqualTo("1");

            cluster.freeze(target);
            int promoted = cluster.awaitFailover("key", target);
            assertThat(promoted).isEqualTo(target + EmbeddedRedisCluster.MASTERS);
            assertThat(cluster.masters()).contains(promoted).doesNotContain(target);
            cluster.kill(source);
            cluster.mend();
            assertThat(cluster.call(target, "ROLE")).startsWith("slave");
            assertThat(cluster.call(promoted, "GET", "key")).isEqualTo("value");
        }
    }

    @Test
    void shouldHaveAReplicaThatIsReadOnlyUntilPromoted(@TempDir Path first, @TempDir Path second) throws Exception {
        try (EmbeddedRedis followed = EmbeddedRedis.start(new EmbeddedRedis.Config(first, 0, "p@ss word"));
                RedisConnection writer = RedisConnection.to(followed)) {
            writer.call("SET", "key", "value");
            try (EmbeddedRedisReplica replica = EmbeddedRedisReplica.start(second, followed);
                    RespConnection reader = RespConnection.open(replica.port(), "p@ss word")) {
                assertThat(reader.call("GET", "key")).isEqualTo("value");
                assertThatThrownBy(() -> reader.call("SET", "key", "other")).hasMessageStartingWith("READONLY");

                replica.promote();
                assertThat(reader.call("SET", "key", "other")).isEqualTo("OK");
                assertThat(replica.uri()).isEqualTo("redis://:p%40ss%20word@127.0.0.1:" + replica.port());

                replica.follow(followed);
                assertThat(reader.call("GET", "key")).isEqualTo("value");
            }
        }
    }

    @Test
    void shouldHaveASentinelThatFailsOver(@TempDir Path first, @TempDir Path second, @TempDir Path third) {
        EmbeddedRedis followed = EmbeddedRedis.start(new EmbeddedRedis.Config(first, 0, "secret"));
        try (EmbeddedRedisReplica replica = EmbeddedRedisReplica.start(second, followed);
                EmbeddedRedisSentinel sentinel = EmbeddedRedisSentinel.start(third, followed)) {
            assertThat(sentinel.masterPort()).isEqualTo(followed.port());

            followed.close();

            RedisNode.awaitFact("no failover", () -> sentinel.masterPort() == replica.port());
        } finally {
            followed.close();
        }
    }
}
