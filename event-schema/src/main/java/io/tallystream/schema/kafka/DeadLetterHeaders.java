package io.tallystream.schema.kafka;

import java.nio.charset.StandardCharsets;
import org.apache.kafka.common.header.Headers;

/**
 * Headers of a record on {@link Topics#DEAD_LETTERS}, all UTF-8 text. Its key and value are those of the refused record; of
 * one that is too large to be written again, the value's beginning only, which the detail then says.
 */
public final class DeadLetterHeaders {
    /** Why, for programs: {@code invalid}, {@code late} or {@code future}; {@code no-count} for a record of a counts topic. */
    public static final String REASON = "tallystream.reason";
    /** Why, for people. */
    public static final String DETAIL = "tallystream.detail";
    /** The topic it came from. */
    public static final String TOPIC = "tallystream.topic";
    /** The partition it came from. */
    public static final String PARTITION = "tallystream.partition";
    /** The offset it had there. */
    public static final String OFFSET = "tallystream.offset";

    private DeadLetterHeaders() {}

    /** Adds all of them. */
    public static void add(Headers headers, String reason, String detail, String topic, int partition, long offset) {
        put(headers, REASON, reason);
        put(headers, DETAIL, detail);
        put(headers, TOPIC, topic);
        put(headers, PARTITION, Integer.toString(partition));
        put(headers, OFFSET, Long.toString(offset));
    }

    private static void put(Headers headers, String name, String value) {
        headers.add(name, value.getBytes(StandardCharsets.UTF_8));
    }
}
