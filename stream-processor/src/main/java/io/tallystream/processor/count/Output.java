package io.tallystream.processor.count;

import io.tallystream.schema.count.RetentionClass;
import io.tallystream.schema.kafka.Topics;

/** What the phases give away; the record's key, time and headers go with it. */
public sealed interface Output {
    /** The record's value; null in one that takes a count back. */
    byte[] value();

    /**
     * The topic it is for.
     *
     * @throws IllegalStateException if it is for the merger
     */
    String topic();

    /** Amounts of a group, to be merged. */
    @SuppressWarnings("ArrayRecordComponent") // Never compared.
    record Amounts(byte[] value) implements Output {
        @Override
        public String topic() {
            throw new IllegalStateException("amounts are for the merger");
        }
    }

    /** An absolute count that this partition owns; without a value, that there is none any more. */
    @SuppressWarnings("ArrayRecordComponent") // Never compared.
    record Count(RetentionClass kept, byte[] value) implements Output {
        @Override
        public String topic() {
            return Topics.counts(kept);
        }
    }

    /** A record that is not counted. */
    @SuppressWarnings("ArrayRecordComponent") // Never compared.
    record DeadLetter(byte[] value) implements Output {
        @Override
        public String topic() {
            return Topics.DEAD_LETTERS;
        }
    }

    /** An event for its owner's partition, in its normal form. */
    @SuppressWarnings("ArrayRecordComponent") // Never compared.
    record Rerouted(byte[] value) implements Output {
        @Override
        public String topic() {
            return Topics.REROUTED;
        }
    }
}
