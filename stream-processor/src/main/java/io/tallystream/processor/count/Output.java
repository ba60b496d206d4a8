package io.tallystream.processor.count;

import io.tallystream.schema.count.RetentionClass;

/** What the first phase gives away; the record's key, time and headers go with it. */
public sealed interface Output {
    /** The record's value. */
    byte[] value();

    /** Amounts of a group, to be merged. */
    @SuppressWarnings("ArrayRecordComponent") // Never compared.
    record Amounts(byte[] value) implements Output {}

    /** An absolute count that this partition owns. */
    @SuppressWarnings("ArrayRecordComponent") // Never compared.
    record Count(RetentionClass kept, byte[] value) implements Output {}

    /** A record that is not counted. */
    @SuppressWarnings("ArrayRecordComponent") // Never compared.
    record DeadLetter(byte[] value) implements Output {}

    /** An event for its owner's partition. */
    @SuppressWarnings("ArrayRecordComponent") // Never compared.
    record Rerouted(byte[] value) implements Output {}
}
