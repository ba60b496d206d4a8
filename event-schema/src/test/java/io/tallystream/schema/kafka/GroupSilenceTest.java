package io.tallystream.schema.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.Metric;
import org.apache.kafka.common.MetricName;
import org.junit.jupiter.api.Test;

class GroupSilenceTest {
    private static final String HEARTBEAT = "last-heartbeat-seconds-ago";
    private static final String REBALANCE = "last-rebalance-seconds-ago";

    private record Fixed(String client, String name, double value) implements Metric {
        @Override
        public MetricName metricName() {
            return new MetricName(name, "consumer-coordinator-metrics", "", Map.of("client-id", client));
        }

        @Override
        public Object metricValue() {
            return value;
        }
    }

    @Test
    void shouldBeNoneOfWhoJoinedNoGroup() {
        assertThat(GroupSilence.longest(List.of())).isZero();
        assertThat(silence(new Fixed("a", HEARTBEAT, -1), new Fixed("a", REBALANCE, -1)))
                .isZero();
    }

    @Test
    void shouldCountFromJoiningBeforeTheFirstHeartbeat() {
        assertThat(silence(new Fixed("a", HEARTBEAT, -1), new Fixed("a", REBALANCE, 7)))
                .hasSeconds(7);
    }

    @Test
    void shouldCountFromJoiningAnewWithAnOldHeartbeat() {
        assertThat(silence(new Fixed("a", HEARTBEAT, 300), new Fixed("a", REBALANCE, 1)))
                .hasSeconds(1);
    }

    @Test
    void shouldTellOfTheClientThatIsSilentForLongest() {
        assertThat(silence(
                        new Fixed("a", HEARTBEAT, 2),
                        new Fixed("a", REBALANCE, 900),
                        new Fixed("b", HEARTBEAT, 40),
                        new Fixed("b", REBALANCE, 800),
                        new Fixed("b", "heartbeat-rate", 4000)))
                .hasSeconds(40);
    }

    private static Duration silence(Metric... metrics) {
        return GroupSilence.longest(List.of(metrics));
    }
}
