package io.tallystream.schema.kafka;

import io.tallystream.schema.count.CountAddress;
import io.tallystream.schema.count.Dimension;
import io.tallystream.schema.count.Granularity;
import io.tallystream.schema.count.Metric;
import io.tallystream.schema.count.Window;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * The key of a record on a counts topic: {@code calls|minute|2026-11-20T10:15Z|endpoint|/api/weather}, the parts of a
 * {@link CountAddress} with the member last, so that it may hold any character.
 */
public final class CountKey {
    private static final char SEPARATOR = '|';
    private static final int PARTS = 5;

    private CountKey() {}

    /** The key of that address. */
    public static String format(CountAddress address) {
        return beforeMember(address.metric(), address.window(), address.dimension()) + address.member();
    }

    /** The key's bytes up to the member, which follows as UTF-8: the same for all members of a dimension. */
    public static byte[] head(Metric metric, Window window, Dimension dimension) {
        return beforeMember(metric, window, dimension).getBytes(StandardCharsets.UTF_8);
    }

    /** The key's bytes, of a {@link #head} and a member as UTF-8. */
    public static byte[] of(byte[] head, byte[] member) {
        return ByteBuffer.allocate(head.length + member.length)
                .put(head)
                .put(member)
                .array();
    }

    private static String beforeMember(Metric metric, Window window, Dimension dimension) {
        return metric.wireName()
                + SEPARATOR
                + window.granularity().wireName()
                + SEPARATOR
                + window.label()
                + SEPARATOR
                + dimension.wireName()
                + SEPARATOR;
    }

    /**
     * The address that {@link #format} made the key of.
     *
     * @throws IllegalArgumentException if it is no such key
     */
    public static CountAddress parse(String key) {
        String[] parts = key.split("\\|", PARTS);
        if (parts.length != PARTS) {
            throw new IllegalArgumentException("not a count key, it has fewer than " + PARTS + " parts: " + key);
        }
        return new CountAddress(
                Metric.ofWireName(parts[0]),
                new Window(Granularity.ofWireName(parts[1]), parts[2]),
                Dimension.ofWireName(parts[3]),
                parts[4]);
    }
}
