package io.tallystream.client;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.tallystream.embedded.EmbeddedKafka;
import io.tallystream.embedded.LoopbackPorts;
import io.tallystream.embedded.junit.WithKafka;
import io.tallystream.ingest.IngestApplication;
import io.tallystream.ingest.IngestConfig;
import io.tallystream.runtime.config.Environment;
import io.tallystream.runtime.lifecycle.ServiceContext;
import io.tallystream.runtime.management.Health;
import io.tallystream.runtime.management.HealthChecks;
import io.tallystream.schema.count.Retention;
import io.tallystream.schema.event.EventReader;
import io.tallystream.schema.event.EventReading;
import io.tallystream.schema.kafka.TopicProvisioner;
import io.tallystream.schema.kafka.Topics;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** With a real gateway and a real broker behind it. */
@WithKafka
@Timeout(300)
class TallystreamClientIT {
    private static final String KEY = "client-test-key-0123456789";
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int PARTITIONS = 3;

    private final Losses losses = new Losses();

    /** Whom the listener was told of. */
    private static final class Losses implements DeliveryListener {
        private final List<Event> lost = new ArrayList<>();
        private final List<String> rejections = new ArrayList<>();
        private int retries;

        @Override
        public synchronized void rejected(List<Event> batch, String answer) {
            rejections.add(answer);
        }

        @Override
        public synchronized void retrying(List<Event> batch, String reason, Duration wait) {
            retries++;
        }

        @Override
        public synchronized void lost(List<Event> events, String reason) {
            lost.addAll(events);
        }

        synchronized int retries() {
            return retries;
        }
    }

    @BeforeAll
    static void makeTopics(EmbeddedKafka kafka) throws Exception {
        Retention counts = new Retention(PATIENCE, PATIENCE, PATIENCE, PATIENCE);
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", kafka.bootstrapServers()))) {
            new TopicProvisioner(admin, PATIENCE)
                    .ensure(Topics.definitions(new Topics.Settings(PARTITIONS, (short) 1, Duration.ofDays(1), counts)));
        }
    }

    private static IngestApplication gateway(EmbeddedKafka kafka, int port) throws InterruptedException {
        HealthChecks health = new HealthChecks();
        IngestApplication gateway = new IngestApplication(
                new Environment(Map.of(
                                "INGEST_PORT", Integer.toString(port),
                                "INGEST_KEYS", "test=" + KEY,
                                "KAFKA_BOOTSTRAP_SERVERS", kafka.bootstrapServers()))
                        .read(IngestConfig::from),
                new ServiceContext(new SimpleMeterRegistry(), health, failure -> {}));
        gateway.start();
        await().atMost(PATIENCE).until(() -> health.results().values().stream().allMatch(Health::up));
        return gateway;
    }

    private TallystreamClient.Builder client(int port) {
        return TallystreamClient.to(URI.create("http://127.0.0.1:" + port), KEY).listener(losses);
    }

    @Test
    void shouldDeliverEachEventOnce(EmbeddedKafka kafka) throws Exception {
        Set<String> sent = new HashSet<>();
        try (IngestApplication gateway = gateway(kafka, 0)) {
            TallystreamClient client = client(gateway.port())
                    .connections(2)
                    .maxPending(700)
                    .closeLimit(PATIENCE)
                    .build();
            ExecutorService threads = Executors.newFixedThreadPool(4);
            List<Future<List<String>>> ids = IntStream.range(0, 4)
                    .mapToObj(thread -> threads.submit(() -> send(client, "once-" + thread, 2_500)))
                    .toList();
            for (Future<List<String>> some : ids) {
                sent.addAll(some.get());
            }
            threads.shutdown();
            client.close();

            assertThat(client.delivered()).isEqualTo(10_000);
            assertThat(client.pending()).isZero();
        }
        assertThat(losses.lost).isEmpty();
        assertThat(idsOnTopics(kafka, "once-")).containsExactlyInAnyOrderElementsOf(sent);
    }

    private static List<String> send(TallystreamClient client, String user, int number) throws InterruptedException {
        List<String> ids = new ArrayList<>();
        for (int i = 0; i < number; i++) {
            Event event = (i % 2 == 0 ? Event.click("p" + i) : Event.apiCall("/orders/{id}", 200)).user(user);
            client.send(event);
            ids.add(event.id());
        }
        return ids;
    }

    /** What arrives twice has the same id, and so counts once. */
    @Test
    void shouldLoseNothingWhileTheGatewayIsAway(EmbeddedKafka kafka) throws Exception {
        int port = LoopbackPorts.anyFree();
        TallystreamClient client =
                client(port).maxPending(5_000).closeLimit(PATIENCE).build();
        List<String> sent = new ArrayList<>(send(client, "away", 500));
        await().atMost(PATIENCE).until(() -> losses.retries() > 0);
        for (int time = 0; time < 3; time++) {
            long delivered = client.delivered();
            try (IngestApplication gateway = gateway(kafka, port)) {
                assertThat(gateway.port()).isEqualTo(port);
                sent.addAll(send(client, "away", 500));
                await().atMost(PATIENCE).until(() -> client.delivered() > delivered);
            }
            sent.addAll(send(client, "away", 500));
        }
        try (IngestApplication gateway = gateway(kafka, port)) {
            assertThat(gateway.port()).isEqualTo(port);
            client.close();
        }

        assertThat(losses.lost).isEmpty();
        assertThat(client.delivered()).isEqualTo(sent.size());
        assertThat(Set.copyOf(idsOnTopics(kafka, "away"))).isEqualTo(Set.copyOf(sent));
    }

    @Test
    void shouldTellWhatTheGatewayRejects(EmbeddedKafka kafka) throws Exception {
        try (IngestApplication gateway = gateway(kafka, 0);
                TallystreamClient client =
                        client(gateway.port()).batchSize(3).linger(PATIENCE).build()) {
            client.send(Event.click("p1").user("rejections"));
            client.send(Event.click("p".repeat(300)).user("rejections"));
            client.send(Event.apiCall("/a", 1_000).user("rejections"));
            await().atMost(PATIENCE).until(() -> client.pending() == 0);

            assertThat(client.delivered()).isEqualTo(1);
            assertThat(losses.rejections).singleElement().asString().contains("product_id", "status");
        }
        assertThat(idsOnTopics(kafka, "rejections")).hasSize(1);
    }

    @Test
    void shouldSendAgainWhatIsTooLargeInSmallerParts(EmbeddedKafka kafka) throws Exception {
        try (IngestApplication gateway = gateway(kafka, 0);
                TallystreamClient client = client(gateway.port())
                        .batchSize(5_000)
                        .closeLimit(PATIENCE)
                        .build()) {
            for (int i = 0; i < 5_000; i++) {
                client.send(Event.click("\u20ac".repeat(200)).user("large").page("/" + "\u20ac".repeat(200)));
            }
            await().atMost(PATIENCE).until(() -> client.pending() == 0);

            assertThat(client.delivered()).isEqualTo(5_000);
        }
        assertThat(losses.lost).isEmpty();
        assertThat(idsOnTopics(kafka, "large")).hasSize(5_000).doesNotHaveDuplicates();
    }

    @Test
    void shouldSayWhenThereIsNoRoomAndWhatIsGivenUp() throws Exception {
        TallystreamClient client = client(LoopbackPorts.anyFree())
                .maxPending(3)
                .closeLimit(Duration.ZERO)
                .build();
        List<Event> events = List.of(Event.click("a"), Event.click("b"), Event.click("c"));

        assertThat(events).allMatch(client::offer);
        assertThat(client.offer(Event.click("d"))).isFalse();
        assertThat(client.pending()).isEqualTo(3);
        client.close();

        assertThat(client.pending()).isZero();
        assertThat(client.delivered()).isZero();
        assertThat(losses.lost).containsExactlyInAnyOrderElementsOf(events);
        assertThatIllegalStateException().isThrownBy(() -> client.offer(Event.click("e")));
        assertThatIllegalStateException().isThrownBy(() -> client.send(Event.click("e")));
    }

    @Test
    void shouldGiveUpWhatNobodyTakesInTime() throws Exception {
        try (TallystreamClient client = client(LoopbackPorts.anyFree())
                .deliveryLimit(Duration.ofMillis(1))
                .build()) {
            Event event = Event.click("a");
            client.send(event);
            await().atMost(PATIENCE).until(() -> client.pending() == 0);

            assertThat(losses.lost).containsExactly(event);
        }
    }

    @Test
    void shouldNotWaitForTheRestOfAnAnswer() throws Exception {
        try (ServerSocket gateway = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
                TallystreamClient client = client(gateway.getLocalPort())
                        .requestLimit(Duration.ofMillis(300))
                        .deliveryLimit(Duration.ofMillis(1))
                        .build()) {
            Event event = Event.click("a");
            client.send(event);
            try (Socket connection = gateway.accept()) {
                connection
                        .getOutputStream()
                        .write("HTTP/1.1 202 Accepted\r\nContent-Length: 100\r\n\r\n{".getBytes(UTF_8));
                await().atMost(PATIENCE).until(() -> client.pending() == 0);
            }

            assertThat(losses.lost).containsExactly(event);
        }
    }

    @Test
    void shouldTryAgainWithAKeyThatIsNotKnownYet(EmbeddedKafka kafka) throws Exception {
        try (IngestApplication gateway = gateway(kafka, 0);
                TallystreamClient client = TallystreamClient.to(
                                URI.create("http://127.0.0.1:" + gateway.port()), "another-key-0123456789")
                        .listener(losses)
                        .closeLimit(Duration.ZERO)
                        .build()) {
            client.send(Event.click("a").user("unknown-key"));
            await().atMost(PATIENCE).until(() -> losses.retries() > 0);

            assertThat(client.pending()).isEqualTo(1);
        }
        assertThat(losses.lost).hasSize(1);
    }

    /** The ids of the user's events, as often as they are there. */
    private static List<String> idsOnTopics(EmbeddedKafka kafka, String user) {
        List<TopicPartition> partitions = Topics.EVENTS.stream()
                .flatMap(topic -> IntStream.range(0, PARTITIONS).mapToObj(number -> new TopicPartition(topic, number)))
                .toList();
        List<String> ids = new ArrayList<>();
        try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(
                Map.of("bootstrap.servers", kafka.bootstrapServers()),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer())) {
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            while (partitions.stream().anyMatch(partition -> consumer.position(partition) < ends.get(partition))) {
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(100))) {
                    EventReading.Valid reading = (EventReading.Valid) new EventReader().read(record.value());
                    if (reading.event().userId().startsWith(user)) {
                        ids.add(reading.event().id());
                    }
                }
            }
        }
        return ids;
    }
}
