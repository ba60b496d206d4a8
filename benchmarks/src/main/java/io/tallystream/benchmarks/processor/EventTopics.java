package io.tallystream.benchmarks.processor;

import io.tallystream.processor.ProcessorConfig;
import io.tallystream.schema.kafka.TopicProvisioner;
import io.tallystream.schema.kafka.Topics;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** The topics of processors: made when it is, gone when it is closed. */
final class EventTopics implements AutoCloseable {
    static final int PARTITIONS = 4;

    private static final Duration LIMIT = Duration.ofMinutes(10);
    private static final long LOOK_MS = 100;
    private static final int BATCH = 10_000;

    private final String servers;
    private final ProcessorConfig config;
    private final Admin admin;

    EventTopics(String servers, ProcessorConfig config) throws Exception {
        this.servers = servers;
        this.config = config;
        admin = Admin.create(config.admin());
        make();
    }

    private void make() throws Exception {
        TopicProvisioner provisioner = new TopicProvisioner(admin, LIMIT);
        while (!areMade(provisioner, config)) {
            TimeUnit.MILLISECONDS.sleep(LOOK_MS);
        }
    }

    private static boolean areMade(TopicProvisioner provisioner, ProcessorConfig config) throws Exception {
        try {
            provisioner.ensure(Topics.definitions(config.topics()));
            return true;
        } catch (RetriableException e) {
            // Of the topics of the run before, what the broker knows goes bit by bit.
            return false;
        }
    }

    /** A producer as fast as there is. */
    KafkaProducer<byte[], byte[]> producer() {
        return new KafkaProducer<>(
                Map.of(
                        "bootstrap.servers",
                        servers,
                        "linger.ms",
                        5,
                        "batch.size",
                        128 * 1024,
                        "compression.type",
                        "lz4"),
                new ByteArraySerializer(),
                new ByteArraySerializer());
    }

    /** Writes events and returns when Kafka has taken them. */
    void write(EventSource source, int events) throws Exception {
        try (KafkaProducer<byte[], byte[]> producer = producer()) {
            writeOneToEachPartition(producer, source);
            write(producer, source, events - Topics.EVENTS.size() * PARTITIONS);
        }
    }

    /** Writes events with that producer and returns when Kafka has taken them. */
    static void write(KafkaProducer<byte[], byte[]> producer, EventSource source, int events) throws Exception {
        Future<RecordMetadata> sent = null;
        for (int i = 0; i < events; i++) {
            sent = producer.send(source.next());
            if (i % BATCH == BATCH - 1) {
                sent.get();
            }
        }
        producer.flush();
        if (sent != null) {
            sent.get();
        }
    }

    /** Several batches on their way to a partition that is only just being made can be refused for good. */
    static void writeOneToEachPartition(KafkaProducer<byte[], byte[]> producer, EventSource source) throws Exception {
        for (String topic : Topics.EVENTS) {
            for (int partition = 0; partition < PARTITIONS; partition++) {
                ProducerRecord<byte[], byte[]> event = source.next();
                producer.send(new ProducerRecord<>(topic, partition, event.key(), event.value()))
                        .get();
            }
        }
    }

    /** How far an application has come. */
    GroupProgress progress(String application) {
        return new GroupProgress(admin, application);
    }

    /** Returns when an application has committed all events, and all that it has passed on to itself. */
    void awaitDone(String application, ProcessHandle process) throws Exception {
        GroupProgress progress = progress(application);
        long begin = System.nanoTime();
        while (!progress.isDone()) {
            if (!process.isAlive()) {
                throw new IllegalStateException(application + " ended before it was done");
            }
            if (System.nanoTime() - begin > LIMIT.toNanos()) {
                throw new IllegalStateException(application + " was not done within " + LIMIT);
            }
            TimeUnit.MILLISECONDS.sleep(LOOK_MS);
        }
    }

    /** Empties all topics but those of the events, so that the next processor finds what the one before it found. */
    void clearOutputs() throws Exception {
        remove(topic -> !Topics.EVENTS.contains(topic));
        make();
    }

    private void remove(Predicate<String> which) throws ExecutionException, InterruptedException {
        Set<String> doomed =
                admin.listTopics().names().get().stream().filter(which).collect(Collectors.toSet());
        admin.deleteTopics(doomed).all().get();
        while (admin.listTopics().names().get().stream().anyMatch(which)) {
            TimeUnit.MILLISECONDS.sleep(LOOK_MS);
        }
    }

    /** Removes all topics. */
    @Override
    public void close() throws ExecutionException {
        try {
            remove(any -> true);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            admin.close();
        }
    }
}
