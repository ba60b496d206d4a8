package io.tallystream.sink;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** The few records that the sink writes. For one thread. */
final class AcknowledgedSends implements AutoCloseable {
    private static final Duration LIMIT = Duration.ofSeconds(7);
    private static final Duration CLOSE_LIMIT = Duration.ofSeconds(1);

    private final Map<String, Object> settings;
    // Made when there is something to send, which is seldom.
    private Producer<byte[], byte[]> producer;

    /** Kafka has not taken one of them; all have to be sent again. */
    static final class NotTakenException extends Exception {
        private static final long serialVersionUID = 1;

        NotTakenException(String topic, Throwable cause) {
            super(topic + ": " + cause.getMessage(), cause);
        }
    }

    /** Does not connect yet. */
    AcknowledgedSends(Map<String, Object> settings) {
        this.settings = settings;
    }

    /** Sends records to one topic, and returns when Kafka has acknowledged all. Sent again they are there twice. */
    void send(String topic, List<ProducerRecord<byte[], byte[]>> records) throws NotTakenException {
        if (records.isEmpty()) {
            return;
        }
        try {
            List<Future<RecordMetadata>> sent = new ArrayList<>();
            for (ProducerRecord<byte[], byte[]> record : records) {
                Future<RecordMetadata> future = producer().send(record);
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
            throw new NotTakenException(topic, e.getCause());
        } catch (TimeoutException e) {
            throw new NotTakenException(topic, e);
        } catch (WakeupException | InterruptException e) {
            throw e;
        } catch (KafkaException e) {
            throw new NotTakenException(topic, e);
        } catch (InterruptedException e) {
            throw new InterruptException(e);
        }
    }

    private Producer<byte[], byte[]> producer() {
        if (producer == null) {
            producer = new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer());
        }
        return producer;
    }

    @Override
    public void close() {
        if (producer != null) {
            producer.close(CLOSE_LIMIT);
        }
    }
}
