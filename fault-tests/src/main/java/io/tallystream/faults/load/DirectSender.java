package io.tallystream.faults.load;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.tallystream.faults.load.Traffic.Made;
import io.tallystream.faults.truth.Journal;
import io.tallystream.schema.kafka.Topics;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * A service that writes its events to Kafka itself: some with a key of its own, some that are no events at all. Sends one at
 * a time, and each as long as it takes until Kafka acknowledges it. For one thread.
 */
final class DirectSender implements AutoCloseable {
    private static final long RETRY_MILLIS = 100;

    private final Traffic traffic;
    private final Journal journal;
    private final RandomGenerator random;
    private final Producer<byte[], byte[]> producer;

    DirectSender(Traffic traffic, Journal journal, RandomGenerator random, String bootstrapServers) {
        this.traffic = traffic;
        this.journal = journal;
        this.random = random;
        Map<String, Object> settings = new HashMap<>();
        settings.put(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers);
        settings.put(ProducerConfig.ACKS_CONFIG, "all");
        settings.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, "5000");
        settings.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, "3000");
        settings.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, "6000");
        producer = new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer());
    }

    /** Sends a record, and returns when Kafka has acknowledged it. */
    void sendOne(Pace pace) throws InterruptedException {
        pace.await(1);
        int chance = random.nextInt(100);
        if (chance < 3) {
            byte[] noise = ("no event " + random.nextLong()).getBytes(UTF_8);
            untilAcknowledged(new ProducerRecord<>(Topics.API_CALLS, noise, noise));
            return;
        }
        Made made = traffic.nextUnbroken();
        journal.sending(made.entry(), made.event());
        // A third by a key that nobody would guess, the same with each try.
        String key = chance < 33 ? "by " + made.entry().number() : made.event().ownerKey();
        untilAcknowledged(new ProducerRecord<>(
                Topics.of(made.event().type()), key.getBytes(UTF_8), made.json().getBytes(UTF_8)));
        journal.acknowledged(made.entry(), made.event());
    }

    private void untilAcknowledged(ProducerRecord<byte[], byte[]> record) throws InterruptedException {
        while (true) {
            try {
                producer.send(record).get();
                return;
            } catch (ExecutionException e) {
                TimeUnit.MILLISECONDS.sleep(RETRY_MILLIS);
            }
        }
    }

    @Override
    public void close() {
        producer.close();
    }
}
