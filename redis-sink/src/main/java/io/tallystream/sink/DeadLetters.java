package io.tallystream.sink;

import static java.util.Objects.requireNonNull;

import io.tallystream.schema.kafka.DeadLetter;
import io.tallystream.schema.kafka.Topics;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Puts records that are no counts where people find them. For one thread. */
final class DeadLetters {
    private static final Logger LOGGER = LoggerFactory.getLogger(DeadLetters.class);
    private static final String REASON = "no-count";

    private final AcknowledgedSends sends;

    DeadLetters(AcknowledgedSends sends) {
        this.sends = requireNonNull(sends, "sends");
    }

    /** Sends them, and returns when Kafka has acknowledged all. Sent again they are there twice. */
    void send(List<Batch.Refused> refused) throws AcknowledgedSends.NotTakenException {
        sends.send(
                Topics.DEAD_LETTERS, refused.stream().map(DeadLetters::letter).toList());
        for (Batch.Refused one : refused) {
            LOGGER.error(
                    "{}-{} offset {} is no count and was put on {}: {}",
                    one.record().topic(),
                    one.record().partition(),
                    one.record().offset(),
                    Topics.DEAD_LETTERS,
                    one.reason());
        }
    }

    private static ProducerRecord<byte[], byte[]> letter(Batch.Refused refused) {
        ConsumerRecord<byte[], byte[]> record = refused.record();
        DeadLetter letter = DeadLetter.of(
                record.key(),
                record.value(),
                record.headers(),
                new DeadLetter.Origin(record.topic(), record.partition(), record.offset()),
                REASON,
                refused.reason());
        return new ProducerRecord<>(Topics.DEAD_LETTERS, null, letter.key(), letter.value(), letter.headers());
    }
}
