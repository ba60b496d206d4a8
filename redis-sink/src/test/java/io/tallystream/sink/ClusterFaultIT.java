package io.tallystream.sink;

import static io.tallystream.sink.RunningSink.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.lettuce.core.KillArgs;
import io.lettuce.core.api.sync.RedisCommands;
import io.tallystream.embedded.EmbeddedKafka;
import io.tallystream.embedded.EmbeddedRedisCluster;
import io.tallystream.embedded.junit.WithKafka;
import io.tallystream.embedded.junit.WithRedisCluster;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** The faults that one Redis can have, on a server of a cluster, and those that only a cluster can have. */
@WithKafka
@WithRedisCluster
class ClusterFaultIT extends FaultSuite {
    private final EmbeddedRedisCluster cluster;
    private ClusterRedis servers;

    ClusterFaultIT(EmbeddedKafka kafka, EmbeddedRedisCluster cluster) {
        super(kafka);
        this.cluster = cluster;
    }

    @Override
    TestRedis startRedis() {
        servers = new ClusterRedis(cluster);
        servers.empty();
        return servers;
    }

    @Override
    void mendRedis() {
        cluster.mend();
        try (ClusterRedis mended = new ClusterRedis(cluster)) {
            for (RedisCommands<String, String> server : mended.nodes()) {
                server.configSet("maxmemory", "0");
                server.configSet("maxmemory-policy", "noeviction");
                server.configSet("min-replicas-to-write", "0");
                server.configSet("save", "");
                server.configSet("dbfilename", "dump.rdb");
                server.configSet("masterauth", cluster.password());
            }
        }
    }

    @Override
    List<String> leastRights() {
        List<String> rights = new ArrayList<>(super.leastRights());
        rights.add("+cluster|nodes");
        return rights;
    }

    @Test
    void shouldFollowAFailoverWhileCountsStreamIn() throws Exception {
        AtomicBoolean enough = new AtomicBoolean();
        CompletableFuture<Void> stream = CompletableFuture.runAsync(() -> {
            while (!enough.get()) {
                commitRound();
            }
        });
        int killed = cluster.masters().get(0);
        cluster.kill(killed);
        awaitReplaced(killed);
        enough.set(true);
        stream.get();
        awaitAll();
        assertThat(sink.failure()).isNull();

        cluster.mend();
        commitRound();
        awaitAll();
    }

    @Test
    void shouldOutlastAFrozenMaster() throws Exception {
        int frozen = cluster.masters().get(0);
        cluster.freeze(frozen);
        commitRound();
        awaitReplaced(frozen);
        awaitAll();
        assertThat(sink.retries("timeout")).isPositive();

        // It believes for a moment that it is master still.
        cluster.thaw(frozen);
        commitRound();
        awaitAll();
        assertThat(sink.failure()).isNull();
    }

    @Test
    void shouldFillAReplicaThatWasBehindWhenItTookOver() throws Exception {
        int master = cluster.masters().get(0);
        int replica = cluster.replicaOf(master);
        RedisCommands<String, String> behind = servers.node(replica);
        behind.configSet("masterauth", "not that of its master");
        behind.configSet("cluster-replica-validity-factor", "0");
        behind.clientKill(KillArgs.Builder.typeMaster());
        commitRound();
        awaitAll();

        cluster.kill(master);
        awaitReplaced(master);
        awaitAll();
        assertThat(sink.meter("tallystream.sink.rewinds")).isPositive();
        assertThat(sink.failure()).isNull();
    }

    @Test
    void shouldFollowAnOrderlyFailover() throws Exception {
        int before = cluster.masters().get(0);
        String key = "{0}";
        int promoted = cluster.failOver(key);
        commitRound();
        awaitAll();
        assertThat(promoted).isNotEqualTo(before);
        assertThat(sink.retries("moved") + sink.retries("readonly") + sink.retries("connection"))
                .isPositive();
        assertThat(sink.meter("tallystream.sink.rewinds")).isZero();
        assertThat(sink.failure()).isNull();
    }

    @Test
    void shouldFollowSlotsThatMove() throws Exception {
        // One with counts, and one with the positions of a server.
        for (String key : List.of(surroundings.contents().countKeys(1).get(0), "{0}")) {
            int from = cluster.masterOf(key);
            int to = cluster.masters().stream()
                    .filter(node -> node != from)
                    .findFirst()
                    .orElseThrow();
            cluster.beginToMove(key, to);
            commitRound();
            cluster.move(key, to);
            awaitAll();
            assertThat(cluster.masterOf(key)).isEqualTo(to);
            commitRound();
            awaitAll();
            cluster.beginToMove(key, from);
            cluster.move(key, from);
            commitRound();
            awaitAll();
        }
        assertThat(sink.retries("moved")).isPositive();
        assertThat(sink.failure()).isNull();
    }

    @Test
    void shouldFillTheOneServerThatWasEmptied() throws Exception {
        for (int master : cluster.masters()) {
            double before = sink.meter("tallystream.sink.rewinds");
            servers.node(master).flushall();
            awaitAll();
            assertThat(sink.meter("tallystream.sink.rewinds")).isGreaterThan(before);
        }
        assertThat(sink.failure()).isNull();
    }

    @Test
    void shouldOutlastSlotsThatNobodyHas() throws Exception {
        int master = cluster.masterOf("{0}");
        String slot = cluster.call(master, "CLUSTER", "KEYSLOT", "{0}");
        cluster.call(master, "CLUSTER", "DELSLOTS", slot);
        awaitHeldUp("clusterdown", "CLUSTERDOWN");
        cluster.call(master, "CLUSTER", "ADDSLOTS", slot);
        cluster.awaitComplete();
        awaitAll();
    }

    @Test
    void shouldOutlastTheLossOfMostMasters() throws Exception {
        List<Integer> masters = cluster.masters();
        cluster.kill(masters.get(0));
        cluster.kill(masters.get(1));
        // Too few are left to replace them.
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThatThrownBy(() -> cluster.call(masters.get(2), "GET", "{0}"))
                        .hasMessageContaining("CLUSTERDOWN"));
        awaitHeldUp("connection", "Redis: ");

        // They come back empty.
        cluster.mend();
        awaitAll();
        assertThat(sink.failure()).isNull();
    }

    @Test
    void shouldFillAClusterThatHasLostAll() throws Exception {
        for (int node = 0; node < cluster.size(); node++) {
            cluster.kill(node);
        }
        awaitHeldUp("connection", "Redis: ");
        cluster.mend();
        awaitAll();
        assertThat(sink.meter("tallystream.sink.rewinds")).isPositive();
        assertThat(sink.failure()).isNull();
    }

    private void awaitReplaced(int master) {
        await().atMost(PATIENCE).ignoreExceptions().until(() -> {
            List<Integer> masters = cluster.masters();
            return masters.size() == EmbeddedRedisCluster.MASTERS && !masters.contains(master);
        });
    }
}
