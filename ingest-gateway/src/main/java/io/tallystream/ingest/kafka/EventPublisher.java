package io.tallystream.ingest.kafka;

import static java.util.Objects.requireNonNull;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.tallystream.schema.event.Event;
import io.tallystream.schema.event.EventWriter;
import io.tallystream.schema.kafka.Topics;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
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
    private static final Duration CLOSE_LIMIT = Duration.ofSeconds(9);

    private final Producer<byte[], byte[]> producer;
    private final EventWriter writer = new EventWriter();
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
     * @return completes when Kafka has acknowledged all, or with an {@link UnavailableException} when it did not; on one of the
     *     producer's threads, or the caller's
     */
    public CompletableFuture<Void> publish(List<? extends Event> events) {
        if (!open) {
            return refuse("Kafka has not been reached yet");
        }
        List<ProducerRecord<byte[], byte[]>> records =
                events.stream().map(this::toRecord).toList();
        long bytes = records.stream().mapToLong(EventPublisher::size).sum();
        if (bytesUnderWay.addAndGet(bytes) > MAX_BYTES_UNDER_WAY) {
            bytesUnderWay.addAndGet(-bytes);
            return refuse("too many events are waiting for Kafka");
        }
        Timer.Sample sample = Timer.start();
        CompletableFuture<Void> result = new CompletableFuture<>();
        send(records, failure -> {
            bytesUnderWay.addAndGet(-bytes);
            sample.stop(acknowledgement);
            complete(result, failure);
        });
        return result;
    }

    /** Sends what was published already, for at most a few seconds. */
    @Override
    public void close() {
        open = false;
        producer.close(CLOSE_LIMIT);
    }

    @FunctionalInterface
    private interface Acknowledgement {
        /** @param failure null if Kafka has what was sent */
        void done(Exception failure);
    }

    private void send(List<ProducerRecord<byte[], byte[]>> records, Acknowledgement ofAll) {
        AtomicReference<Exception> firstFailure = new AtomicReference<>();
        AtomicInteger pending = new AtomicInteger(records.size());
        Acknowledgement ofOne = failure -> {
            if (failure != null) {
                firstFailure.compareAndSet(null, failure);
            }
            if (pending.decrementAndGet() == 0) {
                ofAll.done(firstFailure.get());
            }
        };
        for (ProducerRecord<byte[], byte[]> record : records) {
            Exception failure = firstFailure.get();
            if (failure == null) {
                sendOne(record, ofOne);
            } else {
                // The request has failed already: what is not sent cannot count twice when it is repeated.
                ofOne.done(failure);
            }
        }
    }

    // Each record's outcome comes by the callback; the future says the same.
    @SuppressWarnings("FutureReturnValueIgnored")
    private void sendOne(ProducerRecord<byte[], byte[]> record, Acknowledgement acknowledgement) {
        try {
            producer.send(record, (metadata, failure) -> acknowledgement.done(failure));
        } catch (KafkaException | IllegalStateException e) {
            acknowledgement.done(e);
        }
    }

    private static void complete(CompletableFuture<Void> result, Exception failure) {
        if (failure == null) {
            result.complete(null);
        } else {
            result.completeExceptionally(new UnavailableException("Kafka did not acknowledge all events", failure));
        }
    }

    private static CompletableFuture<Void> refuse(String reason) {
        return CompletableFuture.failedFuture(new UnavailableException(reason, null));
    }

    private ProducerRecord<byte[], byte[]> toRecord(Event event) {
        String owner = event.ownerKey();
        byte[] key = owner == null ? null : owner.getBytes(StandardCharsets.UTF_8);
        return new ProducerRecord<>(Topics.of(event.type()), key, writer.write(event));
    }

    private static long size(ProducerRecord<byte[], byte[]> record) {
        return (long) record.value().length + (record.key() == null ? 0 : record.key().length);
    }
}
