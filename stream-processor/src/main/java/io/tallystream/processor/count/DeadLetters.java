package io.tallystream.processor.count;

import io.tallystream.schema.kafka.DeadLetter;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;

/** Makes dead letters of refused records. */
final class DeadLetters {
    private DeadLetters() {}

    static Record<byte[], Output> of(
            Record<byte[], byte[]> refused, RecordMetadata origin, Outcome reason, String detail, long now) {
        DeadLetter letter = DeadLetter.of(
                refused.key(),
                refused.value(),
                refused.headers(),
                new DeadLetter.Origin(origin.topic(), origin.partition(), origin.offset()),
                reason.wireName(),
                detail);
        return new Record<>(letter.key(), new Output.DeadLetter(letter.value()), now, letter.headers());
    }
}
