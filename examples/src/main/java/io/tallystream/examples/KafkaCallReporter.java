package io.tallystream.examples;

import io.tallystream.client.Event;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * Produces calls straight to Kafka. What {@link #report} has taken is in the producer's buffer until Kafka acknowledges it.
 *
 * <p>Making one waits until Kafka has said where the topic is, for at most five seconds: the first calls would not wait for
 * so long.
 */
public final class KafkaCallReporter implements CallReporter {
    private static final Logger LOGGER = System.getLogger(KafkaCallReporter.class.getName());
    private static final String TOPIC = "api-calls";
    private static final Duration START_LIMIT = Duration.ofSeconds(5);
    private static final Duration CLOSE_LIMIT = Duration.ofSeconds(10);

    private final Producer<String, String> producer;
    private final Drops drops = new Drops();

    /** @param connection {@code bootstrap.servers}, and what else the cluster asks for, such as {@code security.protocol} */
    public KafkaCallReporter(Map<String, ?> connection) {
        Map<String, Object> settings = new HashMap<>(connection);
        // What is acknowledged is on all replicas in sync, and once.
        settings.put(ProducerConfig.ACKS_CONFIG, "all");
        settings.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
        // For so long a call waits at most, where Kafka was never seen or the buffer is full.
        settings.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, 100);
        // Where the topic is would be forgotten after five minutes without a call, and the next call would wait for it.
        settings.put(
                ProducerConfig.METADATA_MAX_IDLE_CONFIG, Duration.ofDays(365).toMillis());
        settings.put(ProducerConfig.LINGER_MS_CONFIG, 20);
        producer = new KafkaProducer<>(settings, new StringSerializer(), new StringSerializer());
        awaitTopic();
    }

    private void awaitTopic() {
        long begun = System.nanoTime();
        while (System.nanoTime() - begun < START_LIMIT.toNanos()) {
            try {
                producer.partitionsFor(TOPIC);
                return;
            } catch (TimeoutException e) {
                LOGGER.log(Level.DEBUG, "Kafka has not said yet where {0} is", TOPIC);
            } catch (KafkaException e) {
                // What no wait mends, such as a missing right. Each call is dropped for it, and that is told.
                return;
            }
        }
    }

    @Override
    @SuppressWarnings("FutureReturnValueIgnored") // The callback is told the same.
    public void report(Call call) {
        Event event = call.toEvent();
        // All events of a user on one partition; without a user by the id, so that a retry is where the first try was.
        String key = call.user() == null ? event.id() : call.user();
        try {
            producer.send(new ProducerRecord<>(TOPIC, key, event.toString()), (position, failure) -> {
                if (failure != null) {
                    drops.add(1, failure.toString());
                }
            });
        } catch (RuntimeException e) {
            drops.add(1, e.toString());
        }
    }

    @Override
    public long dropped() {
        return drops.number();
    }

    @Override
    public void close() {
        producer.close(CLOSE_LIMIT);
    }
}
