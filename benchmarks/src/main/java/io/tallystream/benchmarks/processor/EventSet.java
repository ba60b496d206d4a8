package io.tallystream.benchmarks.processor;

import io.tallystream.embedded.EmbeddedKafka;
import java.nio.file.Path;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;

/** Events in a Kafka of their own, written once and read by many contenders. */
final class EventSet implements AutoCloseable {
    private static final long TRICKLE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
    private static final int TRICKLE_EVENTS = 16;

    private final Shape shape;
    private final EmbeddedKafka kafka;
    private final EventTopics topics;
    private final EventSource source;
    private final KafkaProducer<byte[], byte[]> producer;
    private long written;
    private long trickledAt = System.nanoTime();

    /**
     * What events there are.
     *
     * @param events how many
     * @param users how many different ones; 0: nobody is named
     * @param endpoints how many different ones
     * @param withIds whether each event has an id of its own
     */
    record Shape(int events, int users, int endpoints, boolean withIds) {
        EventSource source() {
            return new EventSource(users, endpoints, withIds);
        }
    }

    private EventSet(Shape shape, EmbeddedKafka kafka, EventTopics topics, EventSource source) {
        this.shape = shape;
        this.kafka = kafka;
        this.topics = topics;
        this.source = source;
        producer = topics.producer();
        written = shape.events();
    }

    /** Starts the Kafka and writes the events. */
    static EventSet write(Shape shape, Path folder) throws Exception {
        EmbeddedKafka kafka = EmbeddedKafka.start(new EmbeddedKafka.Config(folder, 0));
        try {
            String servers = kafka.bootstrapServers();
            EventTopics topics = new EventTopics(servers, new Run("", folder, servers, 100, 1).config());
            EventSource source = shape.source();
            topics.write(source, shape.events());
            return new EventSet(shape, kafka, topics, source);
        } catch (Exception e) {
            kafka.close();
            throw e;
        }
    }

    /** What was written at first. */
    Shape shape() {
        return shape;
    }

    /** How many events there are by now. */
    long written() {
        return written;
    }

    /** Adds a few events to all partitions, ten times a second at most, and does not wait for Kafka. */
    @SuppressWarnings("FutureReturnValueIgnored") // One that does not come is missed when all are waited for.
    void trickle() {
        if (System.nanoTime() - trickledAt < TRICKLE_NANOS) {
            return;
        }
        trickledAt = System.nanoTime();
        for (int i = 0; i < TRICKLE_EVENTS; i++) {
            ProducerRecord<byte[], byte[]> event = source.next();
            // Those of nobody would all go to the same partition.
            Integer partition = event.key() == null ? i % EventTopics.PARTITIONS : null;
            producer.send(new ProducerRecord<>(event.topic(), partition, event.key(), event.value()));
            written++;
        }
    }

    EventTopics topics() {
        return topics;
    }

    String servers() {
        return kafka.bootstrapServers();
    }

    /** Removes the events and stops the Kafka. */
    @Override
    public void close() throws ExecutionException {
        try (kafka) {
            producer.close();
            topics.close();
        }
    }
}
