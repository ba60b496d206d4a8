package io.tallystream.schema.kafka;

import static org.apache.kafka.common.config.TopicConfig.CLEANUP_POLICY_COMPACT;
import static org.apache.kafka.common.config.TopicConfig.CLEANUP_POLICY_CONFIG;
import static org.apache.kafka.common.config.TopicConfig.CLEANUP_POLICY_DELETE;
import static org.apache.kafka.common.config.TopicConfig.DELETE_RETENTION_MS_CONFIG;
import static org.apache.kafka.common.config.TopicConfig.MAX_COMPACTION_LAG_MS_CONFIG;
import static org.apache.kafka.common.config.TopicConfig.MESSAGE_TIMESTAMP_TYPE_CONFIG;
import static org.apache.kafka.common.config.TopicConfig.MIN_IN_SYNC_REPLICAS_CONFIG;
import static org.apache.kafka.common.config.TopicConfig.RETENTION_MS_CONFIG;
import static org.apache.kafka.common.config.TopicConfig.SEGMENT_MS_CONFIG;

import io.tallystream.schema.count.Retention;
import io.tallystream.schema.count.RetentionClass;
import io.tallystream.schema.erasure.ErasureRequest;
import io.tallystream.schema.event.EventType;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.kafka.common.record.TimestampType;

/** The topics between the services. */
public final class Topics {
    /** Events of type {@link EventType#API_CALL}. */
    public static final String API_CALLS = "api-calls";
    /** Events of all other types. */
    public static final String USER_ACTIONS = "user-actions";
    /** Both topics that events arrive on. */
    public static final List<String> EVENTS = List.of(API_CALLS, USER_ACTIONS);
    /**
     * Events that were read from another partition than their owner's, on their way there. Written and read by the processor
     * only.
     */
    public static final String REROUTED = "rerouted";
    /**
     * Users of whom nothing is to be kept: the key is the user, the value the id of the
     * {@link ErasureRequest}. Partitioned as events are.
     */
    public static final String ERASURES = "erasures";
    /** All that is counted from, with the broker's time: a partition of each makes one part of the work. */
    public static final List<String> INPUTS = List.of(API_CALLS, USER_ACTIONS, REROUTED, ERASURES);
    /** Header of a record on {@link #REROUTED}: when it was first appended, eight bytes. */
    public static final String APPEND_TIME_HEADER = "tallystream.append-time";
    /** Records that could not be counted, with the reason in their headers. */
    public static final String DEAD_LETTERS = "dead-letters";

    /** How much longer than its retention an event may be kept: Kafka deletes whole segments, after their last record. */
    public static final Duration EVENTS_SEGMENT = Duration.ofDays(1);

    /**
     * How long a topic that is read as a whole after a loss, counts or state, keeps values that have been followed by others. The
     * longer, the more there is to read.
     */
    public static final Duration COMPACTION_LAG = Duration.ofMinutes(10);

    private static final Duration DEAD_LETTERS_RETENTION = Duration.ofDays(14);
    // A count leaves Redis before it leaves the topic from which Redis can be rebuilt.
    private static final Duration COUNTS_MARGIN = Duration.ofDays(1);
    // Active users of 30 days are written for up to 29 days ahead, and may not change any more until then.
    private static final Duration DAYS_MARGIN = Duration.ofDays(31);
    // How far a sink, or a backup of Redis, may be behind and still learn that a user was erased.
    private static final Duration TOMBSTONES_RETENTION = Duration.ofDays(30);
    private static final int REPLICAS_FOR_MIN_IN_SYNC_2 = 3;

    /**
     * What operators choose.
     *
     * @param partitions of each topic, 1 or more
     * @param replicationFactor of each topic, 1 or more
     * @param eventsRetention how long raw events are kept
     * @param counts how long counts are kept
     */
    public record Settings(int partitions, short replicationFactor, Duration eventsRetention, Retention counts) {}

    // Asked for once a count, and so not put together each time.
    private static final Map<RetentionClass, String> COUNTS = new EnumMap<>(RetentionClass.class);

    static {
        for (RetentionClass kept : RetentionClass.values()) {
            COUNTS.put(kept, "counts-" + kept.wireName());
        }
    }

    private Topics() {}

    /** The topic on which events of that type travel. */
    public static String of(EventType type) {
        return type == EventType.API_CALL ? API_CALLS : USER_ACTIONS;
    }

    /** The topic on which counts of that class travel. */
    public static String counts(RetentionClass retentionClass) {
        return COUNTS.get(retentionClass);
    }

    /** All topics on which counts travel. */
    public static List<String> counts() {
        return Arrays.stream(RetentionClass.values()).map(Topics::counts).toList();
    }

    /** How many replicas must have a record before it is acknowledged: all but one, where there are enough to lose one. */
    public static int minInSyncReplicas(int replicationFactor) {
        return replicationFactor >= REPLICAS_FOR_MIN_IN_SYNC_2 ? 2 : 1;
    }

    /** All topics as they have to be. */
    public static List<TopicDefinition> definitions(Settings settings) {
        return Stream.of(
                        INPUTS.stream().map(name -> events(name, settings)),
                        Arrays.stream(RetentionClass.values()).map(kept -> counts(kept, settings)),
                        Stream.of(deadLetters(settings)))
                .flatMap(definitions -> definitions)
                .toList();
    }

    private static TopicDefinition events(String name, Settings settings) {
        return define(
                name,
                settings,
                Map.of(
                        // Events are judged by when the broker got them, which no producer can forge.
                        MESSAGE_TIMESTAMP_TYPE_CONFIG,
                        TimestampType.LOG_APPEND_TIME.name,
                        CLEANUP_POLICY_CONFIG,
                        CLEANUP_POLICY_DELETE,
                        RETENTION_MS_CONFIG,
                        millis(settings.eventsRetention()),
                        SEGMENT_MS_CONFIG,
                        millis(EVENTS_SEGMENT)));
    }

    private static TopicDefinition counts(RetentionClass kept, Settings settings) {
        Map<String, String> configuration = new HashMap<>(settings.counts()
                .of(kept)
                .map(retention -> Map.of(
                        CLEANUP_POLICY_CONFIG,
                        CLEANUP_POLICY_COMPACT + "," + CLEANUP_POLICY_DELETE,
                        RETENTION_MS_CONFIG,
                        millis(retention.plus(kept == RetentionClass.DAY ? DAYS_MARGIN : COUNTS_MARGIN))))
                .orElse(Map.of(CLEANUP_POLICY_CONFIG, CLEANUP_POLICY_COMPACT)));
        configuration.put(DELETE_RETENTION_MS_CONFIG, millis(TOMBSTONES_RETENTION));
        configuration.put(MAX_COMPACTION_LAG_MS_CONFIG, millis(COMPACTION_LAG));
        return define(counts(kept), settings, configuration);
    }

    private static TopicDefinition deadLetters(Settings settings) {
        return define(DEAD_LETTERS, settings, Map.of(RETENTION_MS_CONFIG, millis(DEAD_LETTERS_RETENTION)));
    }

    private static TopicDefinition define(String name, Settings settings, Map<String, String> configuration) {
        Map<String, String> complete = new HashMap<>(configuration);
        complete.put(MIN_IN_SYNC_REPLICAS_CONFIG, Integer.toString(minInSyncReplicas(settings.replicationFactor())));
        return new TopicDefinition(name, settings.partitions(), settings.replicationFactor(), complete);
    }

    private static String millis(Duration duration) {
        return Long.toString(duration.toMillis());
    }
}
