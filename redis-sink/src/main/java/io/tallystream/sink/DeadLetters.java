package io.tallystream.sink;

import io.tallystream.schema.kafka.DeadLetter;
import io.tallystream.schema.kafka.Topics;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Puts records that are no counts where people find them. For one thread. */
final class DeadLetters implements AutoCloseable {
    private static final Logger LOGGER = LoggerFactory.getLogger(DeadLetters.class);
    private static final String REASON = "no-count";
    private static final Duration LIMIT = Duration.ofSeconds(7);
    private static final Duration CLOSE_LIMIT = Duration.ofSeconds(1);

    private final Map<String, Object> settings;
    // Made when there is something to send: there should never be.
    private Producer<byte[], byte[]> producer;

    /** Kafka has not taken one of them; all have to be sent again. */
    static final class NotTakenException extends Exception {
        private static final long serialVersionUID = 1;

        NotTakenException(Throwable cause) {
            super(Topics.DEAD_LETTERS + ": " + cause.getMessage(), cause);
        }
    }

    /** Does not connect yet. */
    DeadLetters(Map<String, Object> settings) {
        this.settings = settings;
    }

    /** Sends them, and returns when Kafka has acknowledged all. Sent again they are there twice. */
    void send(List<Batch.Refused> refused) throws NotTakenException {
        if (refused.isEmpty()) {
            return;
        }
        try {
            List<Future<RecordMetadata>> sent = new ArrayList<>();
            for (Batch.Refused one : refused) {
                Future<RecordMetadata> future = producer().send(letter(one));
                if (future.isDone()) {
                    // Failed already: the next would wait as long for nothing.
                    future.get();
                }
                sent.add(future);
            }
            producer().flush();
            for (Future<RecordMetadata> one : sent) {
                one.get(LIMIT.toMillis(), TimeUnit.MILLISECONDS);
            }
        } catch (ExecutionException e) {
            throw new NotTakenException(e.getCause());
        } catch (TimeoutException e) {
            throw new NotTakenException(e);
        } catch (WakeupException | InterruptException e) {
            throw e;
        } catch (KafkaException e) {
            throw new NotTakenException(e);
        } catch (InterruptedException e) {
            throw new InterruptException(e);
        }
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

    private Producer<byte[], byte[]> producer() {
        if (producer == null) {
            producer = new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer());
        }
        return producer;
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

    @Override
    public void close() {
        if (producer != null) {
            producer.close(CLOSE_LIMIT);
        }
    }
}
