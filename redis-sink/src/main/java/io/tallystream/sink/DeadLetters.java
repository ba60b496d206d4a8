package io.tallystream.sink;

import io.tallystream.schema.kafka.DeadLetterHeaders;
import io.tallystream.schema.kafka.Topics;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
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
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Puts records that are no counts where people find them. For one thread. */
final class DeadLetters implements AutoCloseable {
    private static final Logger LOGGER = LoggerFactory.getLogger(DeadLetters.class);
    private static final String REASON = "no-count";
    private static final Duration LIMIT = Duration.ofSeconds(7);
    private static final Duration CLOSE_LIMIT = Duration.ofSeconds(1);
    // Kafka takes 1 MiB by default; what it refuses would be refused for ever.
    private static final int MAX_BYTES = 1_000_000;
    private static final int HEADER_OVERHEAD = 10;

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
        boolean whole = size(record) <= MAX_BYTES;
        ProducerRecord<byte[], byte[]> letter = new ProducerRecord<>(
                Topics.DEAD_LETTERS,
                null,
                whole ? record.key() : null,
                whole ? record.value() : beginning(record.value()),
                whole ? record.headers() : List.of());
        DeadLetterHeaders.add(
                letter.headers(),
                REASON,
                whole ? refused.reason() : "cut, it was too large to be kept whole",
                record.topic(),
                record.partition(),
                record.offset());
        return letter;
    }

    private static long size(ConsumerRecord<byte[], byte[]> record) {
        long size = length(record.key()) + length(record.value());
        for (Header header : record.headers()) {
            // A character is three bytes of UTF-8 at most.
            size += 3L * header.key().length() + length(header.value()) + HEADER_OVERHEAD;
        }
        return size;
    }

    private static long length(byte[] bytes) {
        return bytes == null ? 0 : bytes.length;
    }

    private static byte[] beginning(byte[] value) {
        return length(value) <= MAX_BYTES ? value : Arrays.copyOf(value, MAX_BYTES);
    }

    @Override
    public void close() {
        if (producer != null) {
            producer.close(CLOSE_LIMIT);
        }
    }
}
