package io.tallystream.benchmarks.processor;

import io.tallystream.schema.count.RetentionClass;
import io.tallystream.schema.kafka.CountKey;
import io.tallystream.schema.kafka.Topics;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** Sees when the counts of probes become visible to a read_committed consumer. Has a thread of its own until it is closed. */
final class ProbeWatch implements AutoCloseable {
    static final String PREFIX = "/probe/";

    private static final long LOOK_MS = 20;

    private final Map<String, Long> seen = new ConcurrentHashMap<>();
    private final KafkaConsumer<byte[], byte[]> consumer;
    private final Thread thread = new Thread(this::watch, "probe-watch");
    private volatile boolean closed;

    ProbeWatch(String servers) {
        consumer = new KafkaConsumer<>(
                Map.of("bootstrap.servers", servers, "isolation.level", "read_committed"),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer());
        List<TopicPartition> partitions = consumer.partitionsFor(Topics.counts(RetentionClass.MINUTE)).stream()
                .map(info -> new TopicPartition(info.topic(), info.partition()))
                .toList();
        consumer.assign(partitions);
        consumer.seekToEnd(partitions);
        partitions.forEach(consumer::position);
        thread.start();
    }

    /** When a probe was first seen, in milliseconds from 1970. */
    long seen(String probe) {
        return seen.get(probe);
    }

    /** Returns when all of them have been seen. */
    void await(Set<String> probes, long patienceMs) throws InterruptedException {
        long begin = System.nanoTime();
        while (!seen.keySet().containsAll(probes)) {
            if (System.nanoTime() - begin > TimeUnit.MILLISECONDS.toNanos(patienceMs)) {
                throw new IllegalStateException("saw only %d of %d".formatted(seen.size(), probes.size()));
            }
            TimeUnit.MILLISECONDS.sleep(LOOK_MS);
        }
    }

    private void watch() {
        while (!closed) {
            consumer.poll(Duration.ofMillis(LOOK_MS)).forEach(record -> {
                String key = new String(record.key(), StandardCharsets.UTF_8);
                if (key.contains(PREFIX) && key.contains("|endpoint|")) {
                    seen.putIfAbsent(CountKey.parse(key).member(), System.currentTimeMillis());
                }
            });
        }
    }

    @Override
    public void close() {
        closed = true;
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        consumer.close();
    }
}
