package io.tallystream.sink;

import static java.util.Objects.requireNonNull;

import io.tallystream.schema.erasure.ErasureRequest;
import io.tallystream.schema.kafka.Topics;
import io.tallystream.sink.redis.RedisCounts;
import io.tallystream.sink.redis.RedisFault;
import java.util.List;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hands requests to erase users on, from Redis, where the query API leaves them, to Kafka, where they are safe and the processor
 * finds them. For one thread.
 */
final class Erasures {
    private static final Logger LOGGER = LoggerFactory.getLogger(Erasures.class);

    private final RedisCounts counts;
    private final AcknowledgedSends sends;

    Erasures(RedisCounts counts, AcknowledgedSends sends) {
        this.counts = requireNonNull(counts, "counts");
        this.sends = requireNonNull(sends, "sends");
    }

    /**
     * Hands on what there is. Redis is told last, so that a request can be on Kafka twice, which is as good as once.
     *
     * @throws RedisFault if Redis has not answered
     */
    void handOn() {
        List<ErasureRequest> requests = counts.erasureRequests();
        if (requests.isEmpty()) {
            return;
        }
        try {
            sends.send(
                    Topics.ERASURES,
                    requests.stream()
                            .map(request -> new ProducerRecord<>(Topics.ERASURES, request.key(), request.value()))
                            .toList());
        } catch (AcknowledgedSends.NotTakenException e) {
            // Counts do not have to wait for it, and whoever asked is told so.
            LOGGER.warn("Kafka did not take {} erasures, trying again: {}", requests.size(), e.getMessage());
            return;
        }
        counts.erasuresTaken(requests);
        requests.forEach(request -> LOGGER.info("erasure {}: on its way", request.id()));
    }
}
