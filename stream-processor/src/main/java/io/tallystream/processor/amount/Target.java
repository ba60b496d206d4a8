package io.tallystream.processor.amount;

import io.tallystream.schema.count.CountTable;
import io.tallystream.schema.count.Dimension;
import io.tallystream.schema.count.Granularity;
import io.tallystream.schema.count.LatencyBuckets;
import io.tallystream.schema.count.Metric;
import io.tallystream.schema.event.CallStatus;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A row of the {@link CountTable} as a target of merged amounts.
 *
 * @param index its place among all targets
 * @param path {@code metric|dimension|}
 */
@SuppressWarnings("ArrayRecordComponent") // Compared by nobody; there is one of each.
public record Target(int index, CountTable.Row row, byte[] path) {
    private static final Map<Group, Map<Amount, List<Target>>> BY_SOURCE = new EnumMap<>(Group.class);
    private static final List<Target> ALL = new ArrayList<>();
    private static final Set<Group> LIMITED = EnumSet.noneOf(Group.class);

    static {
        for (CountTable.Row row : CountTable.rows()) {
            if (row.dimension() != Dimension.USER) {
                Target target = new Target(ALL.size(), row, path(row));
                ALL.add(target);
                if (row.dimension().isLimited()) {
                    LIMITED.add(Group.of(row.dimension()));
                }
                BY_SOURCE
                        .computeIfAbsent(Group.of(row.dimension()), group -> new EnumMap<>(Amount.class))
                        .computeIfAbsent(amountOf(row.metric()), amount -> new ArrayList<>())
                        .add(target);
            }
        }
    }

    /** What an amount of a group adds to. */
    public static List<Target> of(Group group, Amount amount) {
        return BY_SOURCE.get(group).getOrDefault(amount, List.of());
    }

    /** Whether the number of its names is limited. */
    public static boolean isLimited(Group group) {
        return LIMITED.contains(group);
    }

    /** The target of that index. */
    public static Target at(int index) {
        return ALL.get(index);
    }

    /** Whether it is counted by windows of that length. */
    public boolean has(Granularity granularity) {
        return row.granularities().contains(granularity);
    }

    /** The member that a name and a sub are in this dimension, as UTF-8. */
    public byte[] member(byte[] name, int sub) {
        return switch (row.dimension()) {
            case STATUS -> utf8(CallStatus.withCode(sub).value());
            case OUTCOME -> utf8(Outcome.of(sub).wireName());
            case ENDPOINT_STATUS -> prefixed(CallStatus.withCode(sub).value(), name);
            case ENDPOINT_LATENCY -> prefixed(Long.toString(LatencyBuckets.upperBound(sub)), name);
            // Of the total that is the empty name of all events.
            default -> name;
        };
    }

    /** Whether amounts that differ only in their sub are different members. */
    public boolean isSplitBySub() {
        return switch (row.dimension()) {
            case STATUS, OUTCOME, ENDPOINT_STATUS, ENDPOINT_LATENCY -> true;
            default -> false;
        };
    }

    private static Amount amountOf(Metric metric) {
        return switch (metric) {
            case CALLS -> Amount.CALLS;
            case LATENCY -> Amount.LATENCY;
            case CLICKS -> Amount.CLICKS;
            case PAGE_VIEWS -> Amount.PAGE_VIEWS;
            case DWELL_MS -> Amount.DWELL_MS;
            case DWELLS -> Amount.DWELLS;
            case EVENTS -> Amount.EVENTS;
            case ACTIVE_USERS -> Amount.ACTIVE_USERS;
            case ACTIVE_USERS_7D -> Amount.ACTIVE_USERS_7D;
            case ACTIVE_USERS_30D -> Amount.ACTIVE_USERS_30D;
            case NEW_USERS -> Amount.NEW_USERS;
        };
    }

    private static byte[] path(CountTable.Row row) {
        return utf8(row.metric().wireName() + '|' + row.dimension().wireName() + '|');
    }

    private static byte[] prefixed(String prefix, byte[] name) {
        byte[] start = utf8(prefix + ' ');
        return ByteBuffer.allocate(start.length + name.length)
                .put(start)
                .put(name)
                .array();
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
