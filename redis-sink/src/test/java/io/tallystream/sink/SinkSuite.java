package io.tallystream.sink;

import static io.tallystream.sink.RunningSink.PATIENCE;
import static io.tallystream.sink.SinkTopics.count;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.awaitility.Awaitility.await;

import io.lettuce.core.RestoreArgs;
import io.lettuce.core.api.sync.RedisCommands;
import io.tallystream.embedded.EmbeddedKafka;
import io.tallystream.embedded.LoopbackPorts;
import io.tallystream.runtime.management.Health;
import io.tallystream.schema.count.CountAddress;
import io.tallystream.schema.kafka.DeadLetterHeaders;
import io.tallystream.schema.kafka.Topics;
import io.tallystream.schema.redis.CountKeys;
import io.tallystream.schema.redis.Freshness;
import io.tallystream.sink.redis.RedisFault;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What the sink does on every kind of Redis. */
@Timeout(240)
abstract class SinkSuite {
    static final String DAY = "counts-day";
    // Less than what waits for Kafka or Redis where nobody has said otherwise.
    static final Duration PROMPTLY = Duration.ofSeconds(25);

    private static final String LIFETIME = "counts-lifetime";
    private static final Duration CLOSE_LIMIT = Duration.ofSeconds(10);

    final Surroundings surroundings;
    final SinkTopics topics;
    final LocalDate today = LocalDate.now(ZoneOffset.UTC);
    final String statusKey;

    private final RedisContents contents;

    SinkSuite(EmbeddedKafka kafka, TestRedis redis) {
        surroundings = new Surroundings(kafka, redis);
        topics = surroundings.topics();
        contents = surroundings.contents();
        statusKey = surroundings.prefix() + ":1:day:" + today + ":calls:status";
    }

    @AfterEach
    void forgetAll() throws Exception {
        surroundings.forget();
    }

    @Test
    void shouldBringTheLastCommittedCountsToRedis() throws Exception {
        topics.create();
        topics.commit(status("200", 1), status("404", 5), status("200", 3));
        topics.abort(status("200", 100), status("500", 7));

        try (RunningSink sink = new RunningSink(surroundings.variables())) {
            awaitScores(Map.of("200", 3.0, "404", 5.0));

            topics.abort(status("200", 100), status("500", 7));
            topics.commit(status("404", 6), count(LIFETIME, 1, "clicks|lifetime|all|user|u|1", 4));
            awaitScores(Map.of("200", 3.0, "404", 6.0));
            await().atMost(PATIENCE)
                    .untilAsserted(
                            () -> assertThat(contents.scores(surroundings.prefix() + ":1:lifetime:all:clicks:user")
                                            .get("u|1"))
                                    .isEqualTo(4));

            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(topics.committed()).isEqualTo(topics.ends()));
            assertThat(sink.meter("tallystream.sink.records")).isEqualTo(5);
            assertThat(sink.meter("tallystream.sink.undecodable")).isZero();
            assertThat(sink.health()).isEqualTo(Health.up("Redis confirms"));
        }
        assertThat(contents.scores(statusKey)).isEqualTo(Map.of("200", 3.0, "404", 6.0));
    }

    @Test
    void shouldTellHowFreshTheCountsAre() throws Exception {
        topics.create();
        Instant start = Instant.now();
        topics.commit(status("200", 1));
        RedisCommands<String, String> redis = surroundings.redis().holding(CountKeys.freshness(surroundings.prefix()));

        try (RunningSink sink = new RunningSink(surroundings.variables())) {
            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(freshness()).hasValueSatisfying(known -> {
                        assertThat(known.partitions())
                                .isEqualTo(
                                        SinkTopics.PARTITIONS * Topics.counts().size());
                        assertThat(known.completeUntil()).isAfter(start);
                        assertThat(known.newest())
                                .hasValueSatisfying(newest -> assertThat(newest)
                                        .isBetween(start.truncatedTo(ChronoUnit.MILLIS), known.completeUntil()));
                        assertThat(known.lag()).isZero();
                    }));
            Freshness before = freshness().orElseThrow();
            // With nothing to write it is known to be fresh, too.
            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(freshness().orElseThrow().completeUntil())
                            .isAfter(before.completeUntil()));
            assertThat(freshness().orElseThrow().newest()).isEqualTo(before.newest());
            assertThat(redis.ttl(CountKeys.freshness(surroundings.prefix()))).isPositive();
            assertThat(redis.zscore(CountKeys.freshness(surroundings.prefix()), Freshness.PARTITIONS))
                    .isEqualTo(before.partitions());
            assertThat(sink.failure()).isNull();
        }
    }

    private Optional<Freshness> freshness() {
        Map<String, Long> scores = new HashMap<>();
        contents.scores(CountKeys.freshness(surroundings.prefix()))
                .forEach((member, score) -> scores.put(member, score.longValue()));
        return Freshness.of(scores);
    }

    @Test
    void shouldPutAsideWhatIsNoCount() throws Exception {
        topics.create();
        byte[] malformed = ("calls|day|" + today + "|status|200?").getBytes(UTF_8);
        malformed[malformed.length - 1] = (byte) 0xff;
        topics.commit(
                status("200", 1),
                new ProducerRecord<>(DAY, 0, ("calls|day|" + today + "|status|200").getBytes(UTF_8), null),
                new ProducerRecord<>(DAY, 0, ("calls|day|" + today + "|status|200").getBytes(UTF_8), new byte[7]),
                new ProducerRecord<>(DAY, 0, new byte[] {(byte) 0xff}, new byte[Long.BYTES]),
                new ProducerRecord<>(DAY, 0, malformed, new byte[Long.BYTES]),
                count(DAY, 0, "calls|day|" + today + "|colour|red", 1),
                count(DAY, 0, "calls|day|2026-02-30|status|200", 1),
                count(DAY, 0, "calls|minute|soon|status|200", 1),
                count(DAY, 0, "calls|day|" + today + "|status|200", -1),
                count(DAY, 0, "calls|day|" + today + "|status|200", (1L << 53) + 1),
                count(DAY, 0, "calls|day|+999999999-12-31|status|200", 1),
                count(DAY, 0, "calls|day|+500000-12-31|status|200", 1),
                count(LIFETIME, 0, "clicks|lifetime|some|user|u", 1),
                status("404", 2));
        // All the rest is none.
        Map<CountAddress, Long> counts = SinkTopics.counts(status("200", 1), status("404", 2));

        try (RunningSink sink = new RunningSink(surroundings.variables())) {
            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(topics.committed()).isEqualTo(topics.ends()));
            contents.assertHolds(counts);
            assertThat(sink.meter("tallystream.sink.undecodable")).isEqualTo(12);
            assertThat(sink.meter("tallystream.sink.records")).isEqualTo(counts.size());
            assertThat(sink.failure()).isNull();
            assertThat(topics.deadLetters()).hasSize(12).allSatisfy(letter -> {
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
        new CountRounds(topics).commit();
        topics.commit(status("200", 1), endpoint("/a", 7));
        Map<TopicPartition, Long> confirmed;
        byte[] aside;
        try (RunningSink sink = new RunningSink(surroundings.variables())) {
            surroundings.awaitAll();
            confirmed = topics.committed();

            RedisCommands<String, String> server = surroundings.redis().holding(statusKey);
            aside = server.dump(statusKey);
            server.set(statusKey, "no sorted set");
            // Of one partition, so that they are read at once.
            topics.commit(status("200", 2), endpoint("/a", 8));

            assertThat(sink.awaitFailure())
                    .isInstanceOf(RedisFault.class)
                    .hasMessageContaining("WRONGTYPE")
                    .hasMessageContaining(statusKey);
            assertThat(sink.health()).isEqualTo(Health.down("stopped"));
        }
        assertThat(topics.committed()).isEqualTo(confirmed).isNotEqualTo(topics.ends());
        contents.assertHolds(CountKeys.FIRST_GENERATION, topics.lastCounts(), statusKey);

        surroundings
                .redis()
                .holding(statusKey)
                .restore(statusKey, aside, RestoreArgs.Builder.ttl(0).replace());
        try (RunningSink sink = new RunningSink(surroundings.variables())) {
            surroundings.awaitAll();
            assertThat(sink.failure()).isNull();
        }
    }

    @Test
    void shouldWaitForItsTopics() throws Exception {
        try (RunningSink sink = new RunningSink(surroundings.variables())) {
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
        RunningSink first = new RunningSink(surroundings.variables());
        try (first) {
            awaitScores(Map.of("200", 1.0, "404", 1.0));
        }
        assertThat(topics.committed()).isEqualTo(topics.ends());
        assertThat(first.health().up()).isFalse();
        assertThatCode(first::close).as("a second time").doesNotThrowAnyException();
        assertThat(first.failure()).isNull();

        topics.commit(status("404", 2));
        try (RunningSink second = new RunningSink(surroundings.variables())) {
            surroundings.awaitAll();
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
        try (RunningSink sink = new RunningSink(surroundings.variables())) {
            awaitScores(Map.of("200", 200.0));
            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(topics.committed()).isEqualTo(topics.ends()));
            assertThat(sink.failure()).isNull();
        }

        topics.resetOffsets();
        Map<String, String> oneByOne = surroundings.variables();
        oneByOne.put("KAFKA_CONSUMER_MAX_POLL_RECORDS", "1");
        try (RunningSink again = new RunningSink(oneByOne)) {
            await().pollDelay(Duration.ZERO)
                    .pollInterval(Duration.ofMillis(1))
                    .failFast(
                            "a count went down",
                            () -> !contents.scores(statusKey).equals(Map.of("200", 200.0)))
                    .atMost(PATIENCE)
                    .until(() -> again.meter("tallystream.sink.records") == 200);
        }
    }

    @Test
    void shouldTakeOverFromASinkThatCloses() throws Exception {
        topics.create();
        try (RunningSink stays = new RunningSink(surroundings.variables())) {
            Map<String, String> missedLate = surroundings.variables();
            missedLate.put("KAFKA_CONSUMER_SESSION_TIMEOUT_MS", "120000");
            RunningSink leaves = new RunningSink(missedLate);
            try (leaves) {
                await().atMost(PATIENCE)
                        .untilAsserted(() -> assertThat(topics.membersAtWork()).isEqualTo(2));
            }

            topics.commit(status("200", 1), count(DAY, 1, "calls|day|" + today + "|status|404", 1));

            // Sooner than the session of the one that left would have timed out.
            await().atMost(PATIENCE)
                    .untilAsserted(
                            () -> assertThat(contents.scores(statusKey)).isEqualTo(Map.of("200", 1.0, "404", 1.0)));
            assertThat(stays.failure()).isNull();
        }
    }

    @Test
    void shouldCloseWhileRedisIsAway() throws Exception {
        topics.create();
        topics.commit(status("200", 1));
        Map<String, String> variables = surroundings.variables();
        variables.put("REDIS_URI", uriAt(LoopbackPorts.anyFree()));
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
        Map<String, String> variables = surroundings.variables();
        try (ServerSocket mute = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            variables.put("REDIS_URI", uriAt(mute.getLocalPort()));
            try (RunningSink sink = new RunningSink(variables);
                    Socket connection = mute.accept()) {
                assertThat(connection.isConnected()).isTrue();

                assertThat(timeToClose(sink)).isLessThan(CLOSE_LIMIT);
                assertThat(sink.failure()).isNull();
                assertThat(topics.committed()).isEmpty();
            }
        }
    }

    private static String header(ConsumerRecord<byte[], byte[]> letter, String name) {
        return new String(letter.headers().lastHeader(name).value(), UTF_8);
    }

    ProducerRecord<byte[], byte[]> status(String status, long count) {
        return count(DAY, 0, "calls|day|" + today + "|status|" + status, count);
    }

    private ProducerRecord<byte[], byte[]> endpoint(String endpoint, long count) {
        return count(DAY, 0, "calls|day|" + today + "|endpoint|" + endpoint, count);
    }

    private void awaitScores(Map<String, Double> expected) {
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(contents.scores(statusKey)).isEqualTo(expected));
    }

    static Duration timeToClose(RunningSink sink) {
        long begin = System.nanoTime();
        sink.close();
        return Duration.ofNanos(System.nanoTime() - begin);
    }

    /** Of the same kind, where nobody is. */
    private String uriAt(int port) {
        String uri = surroundings.redis().uri();
        return uri.substring(0, uri.indexOf("://")) + "://127.0.0.1:" + port;
    }
}
