package io.tallystream.schema.kafka;

import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.kafka.common.Metric;

/**
 * How long ago members of a consumer group were last in touch with it, by the metrics of their consumers. A consumer
 * itself goes on polling without Kafka, and Kafka Streams says that it is running.
 */
public final class GroupSilence {
    // A member that has not sent its first heartbeat has none to tell of, though it may wait for Kafka ever since.
    private static final String HEARTBEAT = "last-heartbeat-seconds-ago";
    private static final String REBALANCE = "last-rebalance-seconds-ago";

    private GroupSilence() {}

    /**
     * The longest silence of all consumers with metrics here, in whole seconds. For each, the time since its last
     * heartbeat or since the end of its last rebalance, whichever is shorter; nothing of one that joined no group yet.
     *
     * @param metrics of one consumer or several, told apart by their tag {@code client-id}; others are ignored
     */
    public static Duration longest(Collection<? extends Metric> metrics) {
        Map<String, Long> silences = metrics.stream()
                .filter(GroupSilence::tells)
                .filter(metric -> seconds(metric) >= 0)
                .collect(Collectors.toMap(GroupSilence::client, GroupSilence::seconds, Math::min));
        return Duration.ofSeconds(
                silences.values().stream().mapToLong(Long::longValue).max().orElse(0));
    }

    /** The client whose metric it is. */
    public static String client(Metric metric) {
        return metric.metricName().tags().getOrDefault("client-id", "");
    }

    private static boolean tells(Metric metric) {
        String name = metric.metricName().name();
        return name.equals(HEARTBEAT) || name.equals(REBALANCE);
    }

    /** Negative while there was none. */
    private static long seconds(Metric metric) {
        return ((Number) metric.metricValue()).longValue();
    }
}
