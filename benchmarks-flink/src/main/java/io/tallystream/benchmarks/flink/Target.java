package io.tallystream.benchmarks.flink;

import io.tallystream.benchmarks.tally.Outcome;
import io.tallystream.schema.count.CountTable;
import io.tallystream.schema.count.Dimension;
import io.tallystream.schema.count.LatencyBuckets;
import io.tallystream.schema.count.Metric;
import io.tallystream.schema.event.CallStatus;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** A row of the {@link CountTable} that amounts of a group add to. */
record Target(int index, CountTable.Row row) {
    private static final List<Target> ALL = new ArrayList<>();
    private static final Map<Character, Map<Metric, List<Target>>> BY_SIGN = Map.of(
            '*', new EnumMap<>(Metric.class),
            'e', new EnumMap<>(Metric.class),
            'p', new EnumMap<>(Metric.class),
            'g', new EnumMap<>(Metric.class));

    static {
        for (CountTable.Row row : CountTable.rows()) {
            if (row.dimension() != Dimension.USER) {
                Target target = new Target(ALL.size(), row);
                ALL.add(target);
                BY_SIGN.get(sign(row.dimension()))
                        .computeIfAbsent(row.metric(), metric -> new ArrayList<>())
                        .add(target);
            }
        }
    }

    static List<Target> of(byte sign, Metric metric) {
        return BY_SIGN.get((char) sign).getOrDefault(metric, List.of());
    }

    static Target at(int index) {
        return ALL.get(index);
    }

    private static char sign(Dimension dimension) {
        return switch (dimension) {
            case TOTAL, STATUS, OUTCOME -> '*';
            case ENDPOINT, ENDPOINT_STATUS, ENDPOINT_LATENCY -> 'e';
            case PRODUCT -> 'p';
            case PAGE -> 'g';
            case USER -> throw new IllegalStateException("users are counted elsewhere");
        };
    }

    /** Whether amounts that differ only in their sub are different members. */
    boolean isSplitBySub() {
        return switch (row.dimension()) {
            case STATUS, OUTCOME, ENDPOINT_STATUS, ENDPOINT_LATENCY -> true;
            default -> false;
        };
    }

    /** The member that a name and a sub are in this dimension, as UTF-8. */
    byte[] member(byte[] name, int sub) {
        return switch (row.dimension()) {
            case STATUS -> utf8(CallStatus.withCode(sub).value());
            case OUTCOME -> utf8(Outcome.of(sub).wireName());
            case ENDPOINT_STATUS -> Count.concat(utf8(CallStatus.withCode(sub).value() + ' '), name);
            case ENDPOINT_LATENCY -> Count.concat(utf8(Long.toString(LatencyBuckets.upperBound(sub)) + ' '), name);
            // Of the total that is the empty name of all events.
            default -> name;
        };
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
