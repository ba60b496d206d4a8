package io.tallystream.benchmarks.processor.dsl;

import io.tallystream.schema.event.Event;
import org.apache.kafka.streams.processor.api.Record;

/** Whether a record is counted. */
sealed interface Judgement {
    /** It is, at the record's time. */
    record Accepted(Event event) implements Judgement {}

    /**
     * It is not.
     *
     * @param reason {@code invalid}, {@code late} or {@code future}
     * @param detail what is wrong with it
     * @param record as it came
     */
    record Refused(String reason, String detail, Record<byte[], byte[]> record) implements Judgement {}
}
