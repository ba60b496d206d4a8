package io.tallystream.sink;

import static io.tallystream.sink.RunningSink.PATIENCE;
import static io.tallystream.sink.SinkTopics.count;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import io.lettuce.core.RedisClient;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.sync.RedisCommands;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.tallystream.embedded.EmbeddedKafka;
import io.tallystream.embedded.EmbeddedRedis;
import io.tallystream.embedded.junit.WithKafka;
import io.tallystream.embedded.junit.WithRedis;
import io.tallystream.runtime.config.Environment;
import io.tallystream.runtime.lifecycle.ServiceContext;
import io.tallystream.runtime.lifecycle.StartupException;
import io.tallystream.runtime.management.Health;
import io.tallystream.runtime.management.HealthChecks;
import io.tallystream.schema.kafka.DeadLetterHeaders;
import io.tallystream.sink.redis.RedisFault;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@WithKafka
@WithRedis
@Timeout(60)
class SinkIT {
    private static final String DAY = "counts-day";
    private static final String LIFETIME = "counts-lifetime";
    private static final Duration PROMPTLY = Duration.ofSeconds(5);
    private static final Duration CLOSE_LIMIT = Duration.ofSeconds(10);

    private final EmbeddedKafka kafka;
    private final EmbeddedRedis redis;
    private final SinkTopics topics;
    private final RedisClient client;
    private final RedisCommands<String, String> commands;
    private final String prefix = UUID.randomUUID().toString();
    private final LocalDate today = LocalDate.now(ZoneOffset.UTC);
    private final String statusKey = prefix + ":1:day:" + today + ":calls:status";

    @TempDir
    private Path folder;

    SinkIT(EmbeddedKafka kafka, EmbeddedRedis redis) {
        this.kafka = kafka;
        this.redis = redis;
        topics = new SinkTopics(kafka.bootstrapServers());
        client = RedisClient.create(redis.uri());
        commands = client.connect().sync();
    }

    @AfterEach
    void forgetAll() throws Exception {
        try (topics) {
            topics.forgetAll();
        } finally {
            client.shutdown(Duration.ZERO, Duration.ofSeconds(2));
        }
    }

    @Test
    void shouldBringTheLastCommittedCountsToRedis() throws Exception {
        topics.create();
        topics.commit(status("200", 1), status("404", 5), status("200", 3));
        topics.abort(status("200", 100), status("500", 7));

        try (RunningSink sink = new RunningSink(variables())) {
            awaitScores(Map.of("200", 3.0, "404", 5.0));

            topics.abort(status("200", 100), status("500", 7));
            topics.commit(status("404", 6), count(LIFETIME, 1, "clicks|lifetime|all|user|u|1", 4));
            awaitScores(Map.of("200", 3.0, "404", 6.0));
            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(commands.zscore(prefix + ":1:lifetime:all:clicks:user", "u|1"))
                            .isEqualTo(4));

            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(topics.committed()).isEqualTo(topics.ends()));
            assertThat(sink.meter("tallystream.sink.records")).isEqualTo(5);
            assertThat(sink.meter("tallystream.sink.undecodable")).isZero();
            assertThat(sink.health()).isEqualTo(Health.up("Redis confirms"));
        }
        assertThat(scores()).isEqualTo(Map.of("200", 3.0, "404", 6.0));
    }

    @Test
    void shouldPutAsideWhatIsNoCount() throws Exception {
        topics.create();
        topics.commit(
                status("200", 1),
                new ProducerRecord<>(DAY, 0, ("calls|day|" + today + "|status|200").getBytes(UTF_8), null),
                new ProducerRecord<>(DAY, 0, ("calls|day|" + today + "|status|200").getBytes(UTF_8), new byte[7]),
                new ProducerRecord<>(DAY, 0, new byte[] {(byte) 0xff}, new byte[Long.BYTES]),
                count(DAY, 0, "calls|day|" + today + "|colour|red", 1),
                count(DAY, 0, "calls|day|2026-02-30|status|200", 1),
                count(DAY, 0, "calls|minute|soon|status|200", 1),
                count(DAY, 0, "calls|day|" + today + "|status|200", -1),
                count(DAY, 0, "calls|day|" + today + "|status|200", (1L << 53) + 1),
                count(DAY, 0, "calls|day|+999999999-12-31|status|200", 1),
                count(DAY, 0, "calls|day|+500000-12-31|status|200", 1),
                count(LIFETIME, 0, "clicks|lifetime|some|user|u", 1),
                status("404", 2));

        try (RunningSink sink = new RunningSink(variables())) {
            awaitScores(Map.of("200", 1.0, "404", 2.0));
            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(topics.committed()).isEqualTo(topics.ends()));
            assertThat(sink.meter("tallystream.sink.undecodable")).isEqualTo(11);
            assertThat(sink.meter("tallystream.sink.records")).isEqualTo(2);
            assertThat(sink.failure()).isNull();
            assertThat(topics.deadLetters()).hasSize(11).allSatisfy(letter -> {
                assertThat(header(letter, DeadLetterHeaders.REASON)).isEqualTo("no-count");
                assertThat(header(letter, DeadLetterHeaders.DETAIL)).isNotBlank();
                assertThat(header(letter, DeadLetterHeaders.PARTITION)).isEqualTo("0");
            });
            ConsumerRecord<byte[], byte[]> second = topics.deadLetters().stream()
                    .filter(letter -> header(letter, DeadLetterHeaders.TOPIC).equals(DAY)
                            && header(letter, DeadLetterHeaders.OFFSET).equals("2"))
                    .findFirst()
                    .orElseThrow();
            assertThat(second.key()).isEqualTo(("calls|day|" + today + "|status|200").getBytes(UTF_8));
            assertThat(second.value()).isEqualTo(new byte[7]);
        }
    }

    @Test
    void shouldStopAtAKeyThatIsNotOurs() throws Exception {
        topics.create();
        topics.commit(status("200", 1));
        Map<TopicPartition, Long> confirmed;
        try (RunningSink sink = new RunningSink(variables())) {
            awaitScores(Map.of("200", 1.0));
            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(topics.committed()).isEqualTo(topics.ends()));
            confirmed = topics.committed();

            commands.rename(statusKey, statusKey + ":aside");
            commands.set(statusKey, "no sorted set");
            topics.commit(status("200", 2));

            assertThat(sink.awaitFailure())
                    .isInstanceOf(RedisFault.class)
                    .hasMessageContaining("WRONGTYPE")
                    .hasMessageContaining(statusKey);
            assertThat(sink.health()).isEqualTo(Health.down("stopped"));
        }
        assertThat(topics.committed()).isEqualTo(confirmed).isNotEqualTo(topics.ends());

        commands.rename(statusKey + ":aside", statusKey);
        try (RunningSink sink = new RunningSink(variables())) {
            awaitScores(Map.of("200", 2.0));
            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(topics.committed()).isEqualTo(topics.ends()));
            assertThat(sink.failure()).isNull();
        }
    }

    @Test
    void shouldWaitForRedis() throws Exception {
        topics.create();
        topics.commit(status("200", 1));
        int port = freePort();
        Map<String, String> variables = variables();
        variables.put("REDIS_URI", "redis://:secret@127.0.0.1:" + port);
        // Redis may be away for longer than Kafka lets a member go without polling.
        variables.put("KAFKA_CONSUMER_MAX_POLL_INTERVAL_MS", "3000");

        try (RunningSink sink = new RunningSink(variables)) {
            sink.awaitDown("Redis: ");
            assertThat(sink.health().detail()).doesNotContain("secret");
            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(topics.membersAtWork()).isEqualTo(1));
            String member = topics.onlyMember();
            // Longer than a member may go without polling.
            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(sink.retries("connection")).isGreaterThanOrEqualTo(6));
            assertThat(topics.onlyMember()).isEqualTo(member);
            assertThat(topics.committed()).isEmpty();

            try (EmbeddedRedis late =
                            EmbeddedRedis.start(new EmbeddedRedis.Config(folder.resolve("redis"), port, "secret"));
                    RedisClient reader = RedisClient.create(late.uri());
                    StatefulRedisConnection<String, String> connection = reader.connect()) {
                sink.awaitUp();
                await().atMost(PATIENCE)
                        .untilAsserted(() -> assertThat(connection.sync().zscore(statusKey, "200"))
                                .isEqualTo(1));
                await().atMost(PATIENCE)
                        .untilAsserted(() -> assertThat(topics.committed()).isEqualTo(topics.ends()));
            }
            // Nothing is to be written, and yet it is noticed.
            sink.awaitDown("Redis: ");
        }
    }

    @Test
    void shouldWaitForItsTopics() throws Exception {
        try (RunningSink sink = new RunningSink(variables())) {
            assertThat(sink.health()).isEqualTo(Health.down("waiting for Kafka"));
            topics.create();
            sink.awaitUp();
            topics.commit(status("200", 1));
            awaitScores(Map.of("200", 1.0));
        }
    }

    @Test
    void shouldGoOnAfterARestart() throws Exception {
        topics.create();
        topics.commit(status("200", 1), status("404", 1));
        RunningSink first = new RunningSink(variables());
        try (first) {
            awaitScores(Map.of("200", 1.0, "404", 1.0));
        }
        assertThat(topics.committed()).isEqualTo(topics.ends());
        assertThat(first.health().up()).isFalse();
        assertThatCode(first::close).as("a second time").doesNotThrowAnyException();
        assertThat(first.failure()).isNull();

        topics.commit(status("404", 2));
        try (RunningSink second = new RunningSink(variables())) {
            awaitScores(Map.of("200", 1.0, "404", 2.0));
            await().atMost(PATIENCE)
                    .untilAsserted(() ->
                            assertThat(second.meter("tallystream.sink.records")).isEqualTo(1));
        }
    }

    @Test
    void shouldNotLowerACountWhenOldRecordsComeAgain() throws Exception {
        topics.create();
        List<ProducerRecord<byte[], byte[]>> growing = new ArrayList<>();
        for (int value = 1; value <= 200; value++) {
            growing.add(status("200", value));
        }
        topics.commit(growing);
        try (RunningSink sink = new RunningSink(variables())) {
            awaitScores(Map.of("200", 200.0));
            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(topics.committed()).isEqualTo(topics.ends()));
            assertThat(sink.failure()).isNull();
        }

        topics.resetOffsets();
        Map<String, String> oneByOne = variables();
        oneByOne.put("KAFKA_CONSUMER_MAX_POLL_RECORDS", "1");
        try (RunningSink again = new RunningSink(oneByOne)) {
            await().pollDelay(Duration.ZERO)
                    .pollInterval(Duration.ofMillis(1))
                    .failFast("a count went down", () -> !scores().equals(Map.of("200", 200.0)))
                    .atMost(PATIENCE)
                    .until(() -> again.meter("tallystream.sink.records") == 200);
        }
    }

    @Test
    void shouldTakeOverFromASinkThatCloses() throws Exception {
        topics.create();
        try (RunningSink stays = new RunningSink(variables())) {
            RunningSink leaves = new RunningSink(variables());
            try (leaves) {
                await().atMost(PATIENCE)
                        .untilAsserted(() -> assertThat(topics.membersAtWork()).isEqualTo(2));
            }

            topics.commit(status("200", 1), count(DAY, 1, "calls|day|" + today + "|status|404", 1));

            // Sooner than the session of the one that left would have timed out.
            await().atMost(Duration.ofSeconds(8))
                    .untilAsserted(() -> assertThat(scores()).isEqualTo(Map.of("200", 1.0, "404", 1.0)));
            assertThat(stays.failure()).isNull();
        }
    }

    @Test
    void shouldTellThatKafkaIsGoneAndCloseNevertheless() throws Exception {
        Map<String, String> impatient = Map.of("group.min.session.timeout.ms", "1000");
        EmbeddedKafka other = EmbeddedKafka.start(new EmbeddedKafka.Config(folder.resolve("kafka"), 0, impatient));
        try (SinkTopics otherTopics = new SinkTopics(other.bootstrapServers())) {
            otherTopics.create();
            Map<String, String> variables = variables();
            variables.put("KAFKA_BOOTSTRAP_SERVERS", other.bootstrapServers());
            variables.put("KAFKA_CONSUMER_SESSION_TIMEOUT_MS", "2000");
            variables.put("KAFKA_CONSUMER_HEARTBEAT_INTERVAL_MS", "500");
            RunningSink sink = new RunningSink(variables);
            try (sink) {
                sink.awaitUp();
                await().atMost(PATIENCE)
                        .untilAsserted(
                                () -> assertThat(otherTopics.membersAtWork()).isEqualTo(1));

                other.close();

                sink.awaitDown("no heartbeat with Kafka");
                assertThat(timeToClose(sink)).isLessThan(PROMPTLY);
            }
            assertThat(sink.failure()).isNull();
        } finally {
            other.close();
        }
    }

    @Test
    void shouldCloseWhileRedisIsAway() throws Exception {
        topics.create();
        topics.commit(status("200", 1));
        Map<String, String> variables = variables();
        variables.put("REDIS_URI", "redis://127.0.0.1:" + freePort());
        try (RunningSink sink = new RunningSink(variables)) {
            sink.awaitDown("Redis: ");

            assertThat(timeToClose(sink)).isLessThan(PROMPTLY);
            assertThat(sink.failure()).isNull();
            assertThat(topics.committed()).isEmpty();
        }
    }

    @Test
    void shouldCloseWhileRedisDoesNotAnswer() throws Exception {
        topics.create();
        topics.commit(status("200", 1));
        Map<String, String> variables = variables();
        try (ServerSocket mute = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            variables.put("REDIS_URI", "redis://127.0.0.1:" + mute.getLocalPort());
            try (RunningSink sink = new RunningSink(variables);
                    Socket connection = mute.accept()) {
                assertThat(connection.isConnected()).isTrue();

                assertThat(timeToClose(sink)).isLessThan(CLOSE_LIMIT);
                assertThat(sink.failure()).isNull();
                assertThat(topics.committed()).isEmpty();
            }
        }
    }

    @Test
    void shouldCloseWhileKafkaDoesNotAnswer() throws Exception {
        Map<String, String> variables = variables();
        try (ServerSocket mute = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            variables.put("KAFKA_BOOTSTRAP_SERVERS", "127.0.0.1:" + mute.getLocalPort());
            try (RunningSink sink = new RunningSink(variables);
                    Socket connection = mute.accept()) {
                assertThat(connection.isConnected()).isTrue();

                assertThat(timeToClose(sink)).isLessThan(PROMPTLY);
                assertThat(sink.failure()).isNull();
            }
        }
    }

    @Test
    void shouldCloseUnstarted() {
        SinkApplication unstarted = unstarted(variables());

        assertThatCode(unstarted::close).doesNotThrowAnyException();
        assertThatCode(unstarted::close).doesNotThrowAnyException();
    }

    @Test
    void shouldRefuseWhatIsNoAddressOfARedis() {
        Map<String, String> variables = variables();
        variables.put("REDIS_URI", "localhost:6379");
        SinkApplication application = unstarted(variables);

        assertThatExceptionOfType(StartupException.class)
                .isThrownBy(application::start)
                .withMessageContaining("REDIS_URI must be redis");
        assertThatCode(application::close).doesNotThrowAnyException();
    }

    private static String header(ConsumerRecord<byte[], byte[]> letter, String name) {
        return new String(letter.headers().lastHeader(name).value(), UTF_8);
    }

    private SinkApplication unstarted(Map<String, String> variables) {
        return new SinkApplication(
                new Environment(variables).read(SinkConfig::from),
                new ServiceContext(new SimpleMeterRegistry(), new HealthChecks(), failure -> {
                    throw new AssertionError(failure);
                }));
    }

    private Map<String, String> variables() {
        return new HashMap<>(Map.of(
                "KAFKA_BOOTSTRAP_SERVERS", kafka.bootstrapServers(),
                "REDIS_URI", redis.uri(),
                "REDIS_KEY_PREFIX", prefix));
    }

    private ProducerRecord<byte[], byte[]> status(String status, long count) {
        return count(DAY, 0, "calls|day|" + today + "|status|" + status, count);
    }

    private void awaitScores(Map<String, Double> expected) {
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(scores()).isEqualTo(expected));
    }

    private Map<String, Double> scores() {
        Map<String, Double> scores = new HashMap<>();
        commands.zrangeWithScores(statusKey, 0, -1).forEach(entry -> scores.put(entry.getValue(), entry.getScore()));
        return scores;
    }

    private static Duration timeToClose(RunningSink sink) {
        long begin = System.nanoTime();
        sink.close();
        return Duration.ofNanos(System.nanoTime() - begin);
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
