package io.tallystream.processor;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.tallystream.schema.kafka.Topics;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Map;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;

/**
 * Reads all counts as they are committed, as the sink does, in a thread of its own. Counts only grow, each on one partition, and
 * there are never more records counted than were written.
 */
final class CountsWatcher implements AutoCloseable {
    private static final Duration POLL = Duration.ofMillis(100);
    private static final int MOST_TOLD = 10;

    private final KafkaConsumer<byte[], byte[]> consumer;
    private final LongSupplier written;
    private final Map<String, Seen> seen = new ConcurrentHashMap<>();
    private final Queue<String> objections = new ConcurrentLinkedQueue<>();
    private final AtomicLong objectionCount = new AtomicLong();
    private final AtomicLong records = new AtomicLong();
    private final AtomicLong counted = new AtomicLong();
    private final CompletableFuture<Void> watching;
    private volatile boolean closing;

    private record Seen(int partition, long count, long highest) {}

    /**
     * Starts it.
     *
     * @param written how many records may have been written to the event topics by now
     */
    CountsWatcher(ProcessorTopics topics, LongSupplier written) {
        this.written = written;
        consumer = topics.consumer(Topics.counts());
        watching = CompletableFuture.runAsync(this::watch, task -> new Thread(task, "counts-watcher").start());
    }

    /** How many records of the event topics are counted, of whatever outcome. */
    long counted() {
        return counted.get();
    }

    /** How many counts were read. */
    long records() {
        return records.get();
    }

    /** The highest count that was ever seen under each key. */
    Map<String, Long> highest() {
        Map<String, Long> highest = new TreeMap<>();
        seen.forEach((key, count) -> highest.put(key, count.highest()));
        return highest;
    }

    /** What should not have been seen: how often, and the first few; empty if nothing. */
    String objections() {
        return objectionCount.get() == 0 ? "" : objectionCount + " times, first: " + objections;
    }

    private void watch() {
        try {
            while (!closing) {
                consumer.poll(POLL).forEach(this::take);
            }
        } catch (RuntimeException | Error e) {
            object("stopped: " + e);
        } finally {
            consumer.close();
        }
    }

    private void take(ConsumerRecord<byte[], byte[]> record) {
        records.incrementAndGet();
        String key = new String(record.key(), UTF_8);
        long count = ByteBuffer.wrap(record.value()).getLong();
        Seen before = seen.get(key);
        long last = before == null ? 0 : before.count();
        if (count < last) {
            object(key + " went down from " + last + " to " + count);
        }
        if (before != null && before.partition() != record.partition()) {
            object(key + " is on partitions " + before.partition() + " and " + record.partition());
        }
        seen.put(key, new Seen(record.partition(), count, Math.max(count, before == null ? count : before.highest())));
        if (key.startsWith("events|day|") && key.endsWith("|total|")) {
            long now = counted.addAndGet(count - last);
            if (now > written.getAsLong()) {
                object(now + " records are counted, and " + written.getAsLong() + " written");
            }
        }
    }

    private void object(String objection) {
        if (objectionCount.incrementAndGet() <= MOST_TOLD) {
            objections.add(objection);
        }
    }

    @Override
    public void close() {
        closing = true;
        watching.join();
    }
}
