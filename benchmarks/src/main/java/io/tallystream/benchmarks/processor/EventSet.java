package io.tallystream.benchmarks.processor;

import io.tallystream.embedded.EmbeddedKafka;
import java.nio.file.Path;
import java.util.concurrent.ExecutionException;

/** Events in a Kafka of their own, written once and read by many contenders. */
final class EventSet implements AutoCloseable {
    private final Shape shape;
    private final EmbeddedKafka kafka;
    private final EventTopics topics;

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

    private EventSet(Shape shape, EmbeddedKafka kafka, EventTopics topics) {
        this.shape = shape;
        this.kafka = kafka;
        this.topics = topics;
    }

    /** Starts the Kafka and writes the events. */
    static EventSet write(Shape shape, Path folder) throws Exception {
        EmbeddedKafka kafka = EmbeddedKafka.start(new EmbeddedKafka.Config(folder, 0));
        try {
            String servers = kafka.bootstrapServers();
            EventTopics topics = new EventTopics(servers, new Run("", folder, servers, 100, 1).config());
            topics.write(shape.source(), shape.events());
            return new EventSet(shape, kafka, topics);
        } catch (Exception e) {
            kafka.close();
            throw e;
        }
    }

    Shape shape() {
        return shape;
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
            topics.close();
        }
    }
}
