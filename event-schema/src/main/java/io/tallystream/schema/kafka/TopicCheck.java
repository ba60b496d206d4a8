package io.tallystream.schema.kafka;

import static org.apache.kafka.common.config.TopicConfig.CLEANUP_POLICY_COMPACT;
import static org.apache.kafka.common.config.TopicConfig.CLEANUP_POLICY_CONFIG;
import static org.apache.kafka.common.config.TopicConfig.MESSAGE_TIMESTAMP_TYPE_CONFIG;
import static org.apache.kafka.common.config.TopicConfig.MIN_IN_SYNC_REPLICAS_CONFIG;
import static org.apache.kafka.common.config.TopicConfig.RETENTION_MS_CONFIG;
import static org.apache.kafka.common.config.TopicConfig.SEGMENT_MS_CONFIG;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.TopicDescription;

/**
 * What is wrong with a topic that there is: whatever would make counts wrong, or let something be lost that was acknowledged.
 *
 * @param wanted as it has to be
 * @param actual its partitions
 * @param settings those it has
 */
record TopicCheck(TopicDefinition wanted, TopicDescription actual, Config settings) {
    private static final long FOR_EVER = -1;

    /** What an operator has to decide on, with what to do; empty if there is nothing. */
    List<String> faults() {
        List<String> faults = new ArrayList<>();
        int partitions = actual.partitions().size();
        if (partitions != wanted.partitions()) {
            faults.add(("topic %s has %d partitions and PARTITIONS is %d: set PARTITIONS=%d, since counts follow their"
                            + " partition and it cannot change")
                    .formatted(wanted.name(), partitions, wanted.partitions(), partitions));
        }
        List<String> off = new ArrayList<>();
        for (String name : List.of(MESSAGE_TIMESTAMP_TYPE_CONFIG, CLEANUP_POLICY_CONFIG)) {
            if (isWanted(name)
                    && !words(text(name)).equals(words(wanted.configuration().get(name)))) {
                off.add(name);
            }
        }
        if (isOfEvents() && isKeptTooLong() && !isSegmentTooLong()) {
            off.add(RETENTION_MS_CONFIG);
            off.add(SEGMENT_MS_CONFIG);
        }
        // Together, or Kafka would begin to delete before the next start.
        if (!off.isEmpty() && isOfCounts() && isKeptTooShort()) {
            off.add(RETENTION_MS_CONFIG);
        }
        if (!off.isEmpty()) {
            String instead = off.contains(SEGMENT_MS_CONFIG) ? ", or raise EVENTS_RETENTION" : "";
            faults.add(fault(off) + instead);
        }
        return faults;
    }

    /** Settings that have to be others and can be set without anything being lost. */
    List<String> outdated() {
        List<String> names = new ArrayList<>();
        // Else a 202 could rest on one broker. Not every kind of Kafka tells it, and there may be too few replicas.
        if (!text(MIN_IN_SYNC_REPLICAS_CONFIG).isEmpty()
                && number(MIN_IN_SYNC_REPLICAS_CONFIG) < Topics.minInSyncReplicas(replicas())
                && number(MIN_IN_SYNC_REPLICAS_CONFIG) < wantedNumber(MIN_IN_SYNC_REPLICAS_CONFIG)) {
            names.add(MIN_IN_SYNC_REPLICAS_CONFIG);
        }
        if (isOfEvents() && isSegmentTooLong()) {
            names.add(SEGMENT_MS_CONFIG);
        }
        if (isOfCounts() && isKeptTooShort()) {
            names.add(RETENTION_MS_CONFIG);
        }
        return names;
    }

    /** Says of these settings what they are, and how to mend them. */
    String fault(List<String> names) {
        String found = names.stream().map(name -> name + "=" + text(name)).collect(Collectors.joining(" and "));
        String mended = names.stream()
                .map(name -> name + "=" + argument(wanted.configuration().get(name)))
                .collect(Collectors.joining(","));
        return ("topic %s has %s, mend it with: kafka-configs.sh --bootstrap-server ... --alter --entity-type topics"
                        + " --entity-name %s --add-config %s")
                .formatted(wanted.name(), found, wanted.name(), mended);
    }

    private int replicas() {
        return actual.partitions().stream()
                .mapToInt(partition -> partition.replicas().size())
                .min()
                .orElse(0);
    }

    private boolean isOfEvents() {
        return isWanted(SEGMENT_MS_CONFIG);
    }

    private boolean isOfCounts() {
        return isWanted(RETENTION_MS_CONFIG)
                && wanted.configuration()
                        .getOrDefault(CLEANUP_POLICY_CONFIG, "")
                        .contains(CLEANUP_POLICY_COMPACT);
    }

    /** An event that is read after its windows have been closed would begin them anew. */
    private boolean isKeptTooLong() {
        long longest = wantedNumber(RETENTION_MS_CONFIG) + wantedNumber(SEGMENT_MS_CONFIG);
        long retention = number(RETENTION_MS_CONFIG);
        long segment = number(SEGMENT_MS_CONFIG);
        return retention < 0 || segment < 0 || segment > longest - retention;
    }

    /** Whether it is the segment alone for which events are kept too long. */
    private boolean isSegmentTooLong() {
        long retention = number(RETENTION_MS_CONFIG);
        return isKeptTooLong() && retention >= 0 && retention <= wantedNumber(RETENTION_MS_CONFIG);
    }

    /** Redis could not be filled again with what it is to keep. */
    private boolean isKeptTooShort() {
        long retention = number(RETENTION_MS_CONFIG);
        return retention != FOR_EVER && retention < wantedNumber(RETENTION_MS_CONFIG);
    }

    private boolean isWanted(String name) {
        return wanted.configuration().containsKey(name);
    }

    private long wantedNumber(String name) {
        return Long.parseLong(wanted.configuration().get(name));
    }

    private long number(String name) {
        String text = text(name);
        return text.isEmpty() ? FOR_EVER : Long.parseLong(text);
    }

    /** Empty where it is not told. */
    private String text(String name) {
        ConfigEntry entry = settings.get(name);
        return entry == null || entry.value() == null ? "" : entry.value();
    }

    private static Set<String> words(String list) {
        return Set.copyOf(Arrays.asList(list.split("\\s*,\\s*")));
    }

    /** As the tool takes it: lists in brackets, since commas are between settings. */
    private static String argument(String text) {
        return text.contains(CLEANUP_POLICY_COMPACT + ",") ? "[" + text + "]" : text;
    }
}
