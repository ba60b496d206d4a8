package io.tallystream.sink;

import static io.tallystream.sink.RunningSink.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import io.lettuce.core.RedisClient;
import io.lettuce.core.api.StatefulRedisConnection;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.tallystream.embedded.EmbeddedKafka;
import io.tallystream.embedded.EmbeddedRedis;
import io.tallystream.embedded.LoopbackPorts;
import io.tallystream.embedded.junit.WithKafka;
import io.tallystream.embedded.junit.WithRedis;
import io.tallystream.runtime.config.Environment;
import io.tallystream.runtime.lifecycle.ServiceContext;
import io.tallystream.runtime.lifecycle.StartupException;
import io.tallystream.runtime.management.HealthChecks;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The sink on one Redis, and what has nothing to do with the kind of Redis. */
@WithKafka
@WithRedis
class SinkIT extends SinkSuite {
    @TempDir
    private Path folder;

    SinkIT(EmbeddedKafka kafka, EmbeddedRedis redis) {
        super(kafka, new OneRedis(redis));
    }

    @Test
    void shouldWaitForRedis() throws Exception {
        topics.create();
        topics.commit(status("200", 1));
        int port = LoopbackPorts.anyFree();
        Map<String, String> variables = surroundings.variables();
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
    void shouldWriteAtOnceWhatLiesReady() throws Exception {
        int records = 30_000;
        int perPoll = 100;
        topics.create();
        topics.commitMany(IntStream.rangeClosed(1, records)
                .mapToObj(count -> status("200", count))
                .toList());
        Map<String, String> variables = surroundings.variables();
        variables.put("KAFKA_CONSUMER_MAX_POLL_RECORDS", Integer.toString(perPoll));

        try (RunningSink sink = new RunningSink(variables)) {
            surroundings.awaitAll();

            assertThat(sink.meter("tallystream.sink.records")).isEqualTo(records);
            assertThat(sink.batches())
                    .as("one for each poll would be %d", records / perPoll)
                    .isLessThan(records / perPoll);
        }
    }

    /** Kafka goes at once: with the longer interval before the first heartbeat. */
    @ParameterizedTest
    @ValueSource(strings = {"500", "1900"})
    void shouldTellThatKafkaIsGoneAndCloseNevertheless(String heartbeatInterval) throws Exception {
        Map<String, String> impatient = Map.of("group.min.session.timeout.ms", "1000");
        EmbeddedKafka other = EmbeddedKafka.start(new EmbeddedKafka.Config(folder.resolve("kafka"), 0, impatient));
        try (SinkTopics otherTopics = new SinkTopics(other.bootstrapServers())) {
            otherTopics.create();
            Map<String, String> variables = surroundings.variables();
            variables.put("KAFKA_BOOTSTRAP_SERVERS", other.bootstrapServers());
            variables.put("KAFKA_CONSUMER_SESSION_TIMEOUT_MS", "2000");
            variables.put("KAFKA_CONSUMER_HEARTBEAT_INTERVAL_MS", heartbeatInterval);
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
    void shouldCloseWhileKafkaDoesNotAnswer() throws Exception {
        Map<String, String> variables = surroundings.variables();
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
        SinkApplication unstarted = unstarted(surroundings.variables());

        assertThatCode(unstarted::close).doesNotThrowAnyException();
        assertThatCode(unstarted::close).doesNotThrowAnyException();
    }

    @Test
    void shouldRefuseWhatIsNoAddressOfARedis() {
        Map<String, String> variables = surroundings.variables();
        variables.put("REDIS_URI", "localhost:6379");
        SinkApplication application = unstarted(variables);

        assertThatExceptionOfType(StartupException.class)
                .isThrownBy(application::start)
                .withMessageContaining("REDIS_URI must be redis");
        assertThatCode(application::close).doesNotThrowAnyException();
    }

    private SinkApplication unstarted(Map<String, String> variables) {
        return new SinkApplication(
                new Environment(variables).read(SinkConfig::from),
                new ServiceContext(new SimpleMeterRegistry(), new HealthChecks(), failure -> {
                    throw new AssertionError(failure);
                }));
    }
}
