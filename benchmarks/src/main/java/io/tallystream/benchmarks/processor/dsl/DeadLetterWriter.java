package io.tallystream.benchmarks.processor.dsl;

import io.tallystream.benchmarks.processor.dsl.Judgement.Refused;
import io.tallystream.schema.kafka.DeadLetter;
import org.apache.kafka.streams.processor.api.ContextualProcessor;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;

/** Makes dead letters of refused records. */
final class DeadLetterWriter extends ContextualProcessor<byte[], Judgement, byte[], byte[]> {
    @Override
    public void process(Record<byte[], Judgement> record) {
        if (record.value() instanceof Refused refused) {
            Record<byte[], byte[]> original = refused.record();
            RecordMetadata origin = context()
                    .recordMetadata()
                    .orElseThrow(() -> new IllegalStateException("a record from a topic knows where it is from"));
            DeadLetter letter = DeadLetter.of(
                    original.key(),
                    original.value(),
                    original.headers(),
                    new DeadLetter.Origin(origin.topic(), origin.partition(), origin.offset()),
                    refused.reason(),
                    refused.detail());
            context()
                    .forward(new Record<>(
                            letter.key(), letter.value(), context().currentSystemTimeMs(), letter.headers()));
        }
    }
}
