package io.tallystream.ingest.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.tallystream.ingest.kafka.EventPublisher.UnavailableException;
import io.tallystream.schema.kafka.Topics;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RoundRobinPartitioner;
import org.apache.kafka.common.Cluster;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.errors.NotEnoughReplicasException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;

class EventPublisherTest {
    private static final Node NODE = new Node(1, "localhost", 9092);
    private static final Cluster CLUSTER = new Cluster(
            "cluster",
            List.of(NODE),
            Topics.EVENTS.stream()
                    .map(topic -> new PartitionInfo(topic, 0, NODE, new Node[] {NODE}, new Node[] {NODE}))
                    .toList(),
            Set.of(),
            Set.of());

    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final MockProducer<byte[], byte[]> producer = new MockProducer<>(
            CLUSTER, false, new RoundRobinPartitioner(), new ByteArraySerializer(), new ByteArraySerializer());
    private final EventPublisher publisher = new EventPublisher(producer, meters);

    @Test
    void shouldRefuseUntilOpened() {
        assertUnavailable(publisher.publish(clicks(1)), "Kafka has not been reached yet");
        assertThat(producer.history()).isEmpty();
    }

    @Test
    void shouldNotOpenWithoutTopics() {
        producer.partitionsForException = new TimeoutException("not known");

        assertThatThrownBy(publisher::open).isInstanceOf(KafkaException.class);

        assertUnavailable(publisher.publish(clicks(1)), "Kafka has not been reached yet");
    }

    @Test
    void shouldRefuseOnceClosed() {
        publisher.open();

        publisher.close();

        assertThat(producer.closed()).isTrue();
        assertThat(publisher.publish(clicks(1))).isCompletedExceptionally();
    }

    @Test
    void shouldCompleteOnlyWhenAllAreAcknowledged() {
        publisher.open();

        CompletableFuture<Void> result = publisher.publish(clicks(3));

        producer.completeNext();
        producer.completeNext();
        assertThat(result).isNotDone();
        assertThat(bytesUnderWay()).isPositive();
        producer.completeNext();
        assertThat(result).isCompleted();
        assertThat(bytesUnderWay()).isZero();
    }

    @Test
    void shouldFailWhenOneIsNotAcknowledgedAndOnlyOnceAllAreDone() {
        publisher.open();
        NotEnoughReplicasException refusal = new NotEnoughReplicasException("one replica");

        CompletableFuture<Void> result = publisher.publish(clicks(3));

        producer.completeNext();
        producer.errorNext(refusal);
        assertThat(result).isNotDone();
        producer.completeNext();
        assertUnavailable(result, "Kafka did not acknowledge all events");
        assertThat(result)
                .isCompletedExceptionally()
                .failsWithin(Duration.ZERO)
                .withThrowableThat()
                .withRootCauseInstanceOf(NotEnoughReplicasException.class);
        assertThat(bytesUnderWay()).isZero();
    }

    @Test
    void shouldNotSendTheRestAfterOneThatCannotBeSent() {
        publisher.open();
        producer.sendException = new IllegalStateException("closed");

        CompletableFuture<Void> result = publisher.publish(clicks(3));

        assertUnavailable(result, "Kafka did not acknowledge all events");
        assertThat(producer.history()).isEmpty();
        assertThat(bytesUnderWay()).isZero();
    }

    @Test
    void shouldBoundWhatIsUnderWay() {
        publisher.open();
        List<ProducerRecord<byte[], byte[]>> large = Collections.nCopies(1_000, record(500));
        List<CompletableFuture<Void>> taken = new ArrayList<>();

        CompletableFuture<Void> last = publisher.publish(large);
        while (!last.isDone()) {
            taken.add(last);
            last = publisher.publish(large);
        }

        assertUnavailable(last, "too many events are waiting for Kafka");
        assertThat(bytesUnderWay())
                .isBetween(0.9 * EventPublisher.MAX_BYTES_UNDER_WAY, (double) EventPublisher.MAX_BYTES_UNDER_WAY);

        while (producer.completeNext()) {
            // Kafka catches up.
        }
        assertThat(taken).isNotEmpty().allSatisfy(done -> assertThat(done).isCompleted());
        assertThat(bytesUnderWay()).isZero();
        assertThat(publisher.publish(large)).isNotDone();
    }

    private double bytesUnderWay() {
        return meters.get("tallystream.ingest.under.way").gauge().value();
    }

    private static List<ProducerRecord<byte[], byte[]>> clicks(int count) {
        return Collections.nCopies(count, record(100));
    }

    private static ProducerRecord<byte[], byte[]> record(int bytes) {
        return new ProducerRecord<>(Topics.USER_ACTIONS, new byte[] {'u'}, new byte[bytes]);
    }

    private static void assertUnavailable(CompletableFuture<Void> result, String message) {
        // Not within a CompletionException: the message goes to the client.
        CompletableFuture<Throwable> failure = new CompletableFuture<>();
        var unused = result.whenComplete((done, thrown) -> failure.complete(thrown));
        assertThat(failure).isCompleted();
        assertThat(failure.join()).isInstanceOf(UnavailableException.class).hasMessage(message);
    }
}
