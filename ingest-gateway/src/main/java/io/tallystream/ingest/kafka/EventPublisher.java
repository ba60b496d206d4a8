package io.tallystream.ingest.kafka;

import static java.util.Objects.requireNonNull;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.tallystream.schema.kafka.Topics;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Writes events to their topics. Thread-safe.
 *
 * <p>Bounded: past {@link #MAX_BYTES_UNDER_WAY} not yet acknowledged it refuses at once, so that memory stays flat and no event
 * loop waits for room in the producer's buffer.
 */
public final class EventPublisher implements AutoCloseable {
    static final long MAX_BYTES_UNDER_WAY = 32L * 1024 * 1024;
    // What the producer keeps for a record beside its bytes, roughly.
    private static final int OVERHEAD_BYTES = 128;
    private static final Duration CLOSE_LIMIT = Duration.ofSeconds(5);

    private final Producer<byte[], byte[]> producer;
    private final AtomicLong bytesUnderWay = new AtomicLong();
    private final Timer acknowledgement;
    private volatile boolean open;

    /** Kafka did not take all the events. What became of them is not known: they may be counted, or not. */
    public static final class UnavailableException extends Exception {
        private static final long serialVersionUID = 1;

        UnavailableException(String message, Throwable cause) {
            super(message, cause);
        }
    }

    /** With those producer settings. */
    public EventPublisher(Map<String, Object> settings, MeterRegistry meters) {
        this(new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer()), meters);
    }

    EventPublisher(Producer<byte[], byte[]> producer, MeterRegistry meters) {
        this.producer = requireNonNull(producer, "producer");
        requireNonNull(meters, "meters");
        acknowledgement = Timer.builder("tallystream.ingest.acknowledgement")
                .description("Time from handing events to the producer to Kafka's acknowledgement of all of them")
                .publishPercentileHistogram()
                .register(meters);
        Gauge.builder("tallystream.ingest.under.way", bytesUnderWay, AtomicLong::doubleValue)
                .baseUnit("bytes")
                .description("Bytes of events that Kafka has not acknowledged yet")
                .register(meters);
    }

    /**
     * Begins to take events, if the producer knows the topics; otherwise makes it ask for them.
     *
     * @throws KafkaException if it does not know them yet
     */
    public void open() {
        Topics.EVENTS.forEach(producer::partitionsFor);
        open = true;
    }

    /**
     * Writes all events, in their order where they share an owner.
     *
     * @param records must not change
     * @return completes when Kafka has acknowledged all, or with an {@link UnavailableException} when it did not; on one of the
     *     producer's threads, or the caller's
     */
    public CompletableFuture<Void> publish(List<ProducerRecord<byte[], byte[]>> records) {
        if (!open) {
            return refuse("Kafka has not been reached yet");
        }
        long bytes = 0;
        for (ProducerRecord<byte[], byte[]> record : records) {
            bytes += size(record);
        }
        if (bytesUnderWay.addAndGet(bytes) > MAX_BYTES_UNDER_WAY) {
            bytesUnderWay.addAndGet(-bytes);
            return refuse("too many events are waiting for Kafka");
        }
        Transmission transmission = new Transmission(records.size(), bytes);
        for (int i = 0; i < records.size(); i++) {
            Exception failure = transmission.failure;
            if (failure == null) {
                send(records.get(i), transmission);
            } else {
                // The request has failed already: what is not sent cannot count twice when it is repeated.
                transmission.onCompletion(null, failure);
            }
        }
        return transmission.result;
    }

    // Each record's outcome comes by the callback; the future says the same.
    @SuppressWarnings("FutureReturnValueIgnored")
    private void send(ProducerRecord<byte[], byte[]> record, Transmission transmission) {
        try {
            producer.send(record, transmission);
        } catch (KafkaException | IllegalStateException e) {
            transmission.onCompletion(null, e);
        }
    }

    /** Sends what was published already, for at most a few seconds. */
    @Override
    public void close() {
        open = false;
        producer.close(CLOSE_LIMIT);
    }

    /** The records of one request, which is over with the last of them. */
    private final class Transmission implements Callback {
        private final CompletableFuture<Void> result = new CompletableFuture<>();
        private final long begin = System.nanoTime();
        private final AtomicInteger pending;
        private final long bytes;
        // The first, or one of several at once.
        private volatile Exception failure;

        Transmission(int records, long bytes) {
            this.pending = new AtomicInteger(records);
            this.bytes = bytes;
        }

        /** Of each record once. */
        @Override
        public void onCompletion(RecordMetadata metadata, Exception outcome) {
            if (outcome != null && failure == null) {
                failure = outcome;
            }
            if (pending.decrementAndGet() > 0) {
                return;
            }
            bytesUnderWay.addAndGet(-bytes);
            acknowledgement.record(System.nanoTime() - begin, TimeUnit.NANOSECONDS);
            if (failure == null) {
                result.complete(null);
            } else {
                result.completeExceptionally(new UnavailableException("Kafka did not acknowledge all events", failure));
            }
        }
    }

    private static CompletableFuture<Void> refuse(String reason) {
        return CompletableFuture.failedFuture(new UnavailableException(reason, null));
    }

    private static long size(ProducerRecord<byte[], byte[]> record) {
        return (long) OVERHEAD_BYTES + record.value().length + (record.key() == null ? 0 : record.key().length);
    }
}
