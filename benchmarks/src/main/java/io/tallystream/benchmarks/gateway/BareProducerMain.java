package io.tallystream.benchmarks.gateway;

import io.tallystream.benchmarks.report.ProcessUsage;
import io.tallystream.ingest.IngestConfig;
import io.tallystream.runtime.config.Environment;
import io.tallystream.schema.kafka.Topics;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** The program of {@link BareProducer}. Takes seconds before it is measured, and while. Prints one line of JSON. */
final class BareProducerMain {
    /** Variable with the number of partitions. */
    static final String PARTITIONS = "BENCHMARK_PARTITIONS";

    private static final int PAYLOADS = 100_000;
    private static final Duration POLL_LIMIT = Duration.ofSeconds(10);
    // The gateway must not wait, and refuses. This has nobody who waits for it.
    private static final int MAX_BLOCK_MS = 60_000;
    private static final int LOOKS_AT_THE_TIME = 1_000;

    private final AtomicLong acknowledged = new AtomicLong();
    private final AtomicReference<Exception> failed = new AtomicReference<>();
    private final List<ProducerRecord<byte[], byte[]>> payloads;
    private int next;

    private BareProducerMain(List<ProducerRecord<byte[], byte[]>> payloads) {
        this.payloads = payloads;
    }

    public static void main(String[] arguments) throws Exception {
        Environment environment = new Environment(System.getenv());
        Map<String, Object> settings =
                new HashMap<>(environment.read(IngestConfig::from).producer());
        settings.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, MAX_BLOCK_MS);
        BareProducerMain main = new BareProducerMain(payloads(
                settings.get(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG), Integer.parseInt(System.getenv(PARTITIONS))));
        try (KafkaProducer<byte[], byte[]> producer =
                new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer())) {
            main.run(producer, Integer.parseInt(arguments[0]), Integer.parseInt(arguments[1]));
        }
    }

    private void run(KafkaProducer<byte[], byte[]> producer, int warmUpSeconds, int seconds) throws Exception {
        send(producer, Duration.ofSeconds(warmUpSeconds));
        ProcessUsage usage = new ProcessUsage(ProcessHandle.current());
        long before = acknowledged.get();
        long begin = System.nanoTime();
        send(producer, Duration.ofSeconds(seconds));
        double spentSeconds = (System.nanoTime() - begin) / 1e9;
        long measured = acknowledged.get() - before;
        ProcessUsage.Spent spent = usage.sinceLast();
        producer.flush();
        if (failed.get() != null) {
            throw failed.get();
        }
        System.out.printf(
                "{\"acknowledged\": %d, \"per_second\": %s, \"cpu_nanos\": %d, \"peak_bytes\": %d, \"total\": %d}%n",
                measured,
                Double.toString(measured / spentSeconds),
                spent.cpu().toNanos(),
                spent.peakBytes(),
                acknowledged.get());
    }

    // What becomes of each is told to its callback.
    @SuppressWarnings("FutureReturnValueIgnored")
    private void send(KafkaProducer<byte[], byte[]> producer, Duration time) {
        long until = System.nanoTime() + time.toNanos();
        while (System.nanoTime() < until) {
            for (int i = 0; i < LOOKS_AT_THE_TIME; i++) {
                producer.send(payloads.get(next), (metadata, failure) -> {
                    if (failure == null) {
                        acknowledged.incrementAndGet();
                    } else {
                        failed.set(failure);
                    }
                });
                next = next + 1 == payloads.size() ? 0 : next + 1;
            }
        }
    }

    /** What the gateway has sent, mixed: by partition, as they are read, they would make fuller batches. */
    private static List<ProducerRecord<byte[], byte[]>> payloads(Object servers, int partitions) {
        List<ProducerRecord<byte[], byte[]>> payloads = new ArrayList<>();
        List<TopicPartition> all = IntStream.range(0, partitions)
                .mapToObj(partition -> new TopicPartition(Topics.API_CALLS, partition))
                .toList();
        try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(
                Map.of("bootstrap.servers", servers), new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            for (TopicPartition partition : all) {
                consumer.assign(List.of(partition));
                consumer.seekToBeginning(List.of(partition));
                int wanted = payloads.size() + PAYLOADS / partitions;
                while (payloads.size() < wanted) {
                    List<ConsumerRecord<byte[], byte[]>> records =
                            consumer.poll(POLL_LIMIT).records(partition);
                    records.forEach(record ->
                            payloads.add(new ProducerRecord<>(Topics.API_CALLS, record.key(), record.value())));
                    if (records.isEmpty()) {
                        break;
                    }
                }
            }
        }
        if (payloads.isEmpty()) {
            throw new IllegalStateException("the gateway has sent nothing yet");
        }
        Collections.shuffle(payloads, new Random(1));
        return payloads;
    }
}
