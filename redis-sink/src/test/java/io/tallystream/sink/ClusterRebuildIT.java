package io.tallystream.sink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallystream.embedded.EmbeddedKafka;
import io.tallystream.embedded.EmbeddedRedisCluster;
import io.tallystream.embedded.junit.WithKafka;
import io.tallystream.embedded.junit.WithRedisCluster;
import io.tallystream.schema.redis.CountKeys;
import io.tallystream.sink.rebuild.RebuildException;
import org.junit.jupiter.api.Test;

@WithKafka
@WithRedisCluster
class ClusterRebuildIT extends RebuildSuite {
    private final EmbeddedRedisCluster cluster;

    ClusterRebuildIT(EmbeddedKafka kafka, EmbeddedRedisCluster cluster) {
        super(kafka, new ClusterRedis(cluster));
        this.cluster = cluster;
    }

    @Test
    void shouldNotSwitchToCountsOfWhichAServerHasLostSome() throws Exception {
        topics.create();
        commitSome(3);
        int emptied = cluster.masters().stream()
                .filter(master -> master != cluster.masterOf(CountKeys.rebuild(prefix)))
                .findFirst()
                .orElseThrow();

        assertThatThrownBy(() -> rebuild(line -> {
                    if (line.contains("100 %")) {
                        cluster.call(emptied, "FLUSHALL");
                    }
                }))
                .isInstanceOf(RebuildException.class)
                .hasMessageContaining("lost");

        surroundings.redis().holding(CountKeys.rebuild(prefix)).del(CountKeys.rebuild(prefix));
        assertThat(rebuild()).isEqualTo(2);
        requireAll(2);
    }
}
