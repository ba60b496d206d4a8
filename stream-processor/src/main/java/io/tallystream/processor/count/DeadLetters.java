package io.tallystream.processor.count;

import io.tallystream.processor.amount.Outcome;
import io.tallystream.schema.kafka.DeadLetter;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.streams.processor.api.Record;

/** Makes dead letters of refused records. */
final class DeadLetters {
    private DeadLetters() {}

    static Record<byte[], Output> of(ConsumerRecord<byte[], byte[]> refused, Outcome reason, String detail, long now) {
        DeadLetter letter = DeadLetter.of(
                refused.key(),
                refused.value(),
                refused.headers(),
                new DeadLetter.Origin(refused.topic(), refused.partition(), refused.offset()),
                reason.wireName(),
                detail);
        return new Record<>(letter.key(), new Output.DeadLetter(letter.value()), now, letter.headers());
    }
}
