package io.tallystream.benchmarks.processor;

import io.tallystream.benchmarks.tally.HeapCounter;
import io.tallystream.processor.ProcessorConfig;
import io.tallystream.processor.count.CountingSettings;
import io.tallystream.schema.kafka.Topics;
import it.unimi.dsi.fastutil.longs.Long2LongOpenHashMap;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** The bound: consumers that parse events and count them into heap maps, and do no more than commit what they have read. */
final class BareCount {
    private static final Duration POLL = Duration.ofMillis(100);
    // The maps are emptied when they are full, and what was in them is of no use to anybody.
    private static final HeapCounter.Receiver NOBODY = new HeapCounter.Receiver() {
        @Override
        public void group(byte[] group, Long2LongOpenHashMap amounts) {}

        @Override
        public void user(byte[] user, int onDay, int calls, int clicks) {}
    };

    private BareCount() {}

    /** Starts the threads. */
    static void start(Run run) {
        ProcessorConfig config = run.config();
        for (int i = 0; i < run.threads(); i++) {
            new Thread(() -> count(run, config), "count-" + i).start();
        }
    }

    private static void count(Run run, ProcessorConfig config) {
        CountingSettings counting = config.counting();
        HeapCounter counter = new HeapCounter(
                new HeapCounter.Settings(counting.zone(), counting.allowedLateness(), counting.allowedSkew()));
        long interval = TimeUnit.MILLISECONDS.toNanos(run.commitIntervalMs());
        try (KafkaConsumer<byte[], byte[]> consumer = consumer(run, config)) {
            consumer.subscribe(Topics.EVENTS);
            long committed = System.nanoTime();
            while (true) {
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
                    counter.count(record.value(), record.timestamp());
                    if (counter.isFull()) {
                        counter.drain(NOBODY);
                    }
                }
                long now = System.nanoTime();
                if (now - committed > interval) {
                    consumer.commitAsync();
                    committed = now;
                }
            }
        }
    }

    private static KafkaConsumer<byte[], byte[]> consumer(Run run, ProcessorConfig config) {
        return new KafkaConsumer<>(
                Map.of(
                        ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG,
                        run.servers(),
                        ConsumerConfig.GROUP_ID_CONFIG,
                        run.application(),
                        ConsumerConfig.AUTO_OFFSET_RESET_CONFIG,
                        "earliest",
                        ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG,
                        false,
                        ConsumerConfig.MAX_POLL_RECORDS_CONFIG,
                        config.streams().get(ConsumerConfig.MAX_POLL_RECORDS_CONFIG)),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer());
    }
}
