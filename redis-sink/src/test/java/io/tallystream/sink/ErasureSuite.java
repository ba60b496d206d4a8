package io.tallystream.sink;

import static io.tallystream.sink.RunningSink.PATIENCE;
import static io.tallystream.sink.SinkTopics.count;
import static io.tallystream.sink.SinkTopics.erased;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.lettuce.core.api.sync.RedisCommands;
import io.tallystream.embedded.EmbeddedKafka;
import io.tallystream.runtime.config.Environment;
import io.tallystream.schema.erasure.ErasureRequest;
import io.tallystream.schema.redis.CountKeys;
import io.tallystream.sink.rebuild.Rebuild;
import java.time.Clock;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What the sink and a rebuild do about users who are erased, on every kind of Redis. */
@Timeout(240)
abstract class ErasureSuite {
    private static final String USER_DAY = "counts-user-day";
    private static final String LIFETIME = "counts-lifetime";

    private final Surroundings surroundings;
    private final SinkTopics topics;
    private final RedisContents contents;
    private final TestRedis redis;
    private final String prefix;
    private final LocalDate today = LocalDate.now(ZoneOffset.UTC);

    ErasureSuite(EmbeddedKafka kafka, TestRedis redis) {
        this.redis = redis;
        surroundings = new Surroundings(kafka, redis);
        topics = surroundings.topics();
        contents = surroundings.contents();
        prefix = surroundings.prefix();
    }

    @AfterEach
    void forgetAll() throws Exception {
        surroundings.forget();
    }

    @Test
    void shouldTakeAwayWhatIsErasedAndLetItCountFromZero() throws Exception {
        topics.create();
        topics.commit(lifetime("u1", 5), lifetime("u2", 2), calls("u1", 7), total(7));
        try (RunningSink sink = new RunningSink(surroundings.variables())) {
            awaitUsers(1, Map.of("u1", 5.0, "u2", 2.0));

            eraseU1();
            awaitUsers(1, Map.of("u2", 2.0));
            surroundings.awaitAll();
            assertThat(contents.scores(prefix + ":1:day:" + today + ":calls:user"))
                    .as("of a day with no other user")
                    .isEmpty();

            topics.commit(lifetime("u1", 1));
            awaitUsers(1, Map.of("u1", 1.0, "u2", 2.0));
            surroundings.awaitAll();
            assertThat(sink.meter("tallystream.sink.undecodable")).isZero();
        }
    }

    @Test
    void shouldNotBringItBackWhenRedisIsEmptied() throws Exception {
        topics.create();
        topics.commit(lifetime("u1", 5), calls("u1", 7), total(7));
        Map<String, String> oneByOne = surroundings.variables();
        // So that the count and what takes it back are in batches of their own.
        oneByOne.put("KAFKA_CONSUMER_MAX_POLL_RECORDS", "1");
        try (RunningSink sink = new RunningSink(oneByOne)) {
            eraseU1();
            topics.commit(lifetime("u1", 1), lifetime("u2", 2));
            awaitUsers(1, Map.of("u1", 1.0, "u2", 2.0));
            surroundings.awaitAll();

            redis.empty();

            await().atMost(PATIENCE).until(() -> sink.meter("tallystream.sink.rewinds") > 0);
            awaitUsers(1, Map.of("u1", 1.0, "u2", 2.0));
            surroundings.awaitAll();
        }
    }

    @Test
    void shouldNotBringItBackByARebuild() throws Exception {
        topics.create();
        topics.commit(lifetime("u1", 5), lifetime("u2", 2), calls("u1", 7), total(7));
        eraseU1();
        assertThat(rebuild()).isEqualTo(2);
        surroundings.contents().assertHolds(2, topics.lastCounts(), "");
        awaitUsers(2, Map.of("u2", 2.0));

        topics.commit(lifetime("u1", 1));
        assertThat(rebuild()).isEqualTo(3);
        surroundings.contents().assertHolds(3, topics.lastCounts(), "");
        awaitUsers(3, Map.of("u1", 1.0, "u2", 2.0));
    }

    @Test
    void shouldHandRequestsOnAndSaySo() throws Exception {
        topics.create();
        List<ErasureRequest> requests = new ArrayList<>();
        for (String user : List.of("u1", "u1", "a b|ü", "")) {
            requests.add(ErasureRequest.of(user));
        }
        String pending = CountKeys.erasures(prefix);
        try (RunningSink sink = new RunningSink(surroundings.variables())) {
            sink.awaitUp();
            RedisCommands<String, String> server = redis.holding(pending);
            server.sadd(pending, "is none");
            requests.forEach(request -> server.sadd(pending, request.member()));

            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(server.exists(pending)).isZero());
            assertThat(topics.erasures())
                    .map(record -> new String(record.value(), UTF_8) + ' ' + new String(record.key(), UTF_8))
                    .hasSameElementsAs(
                            requests.stream().map(ErasureRequest::member).toList());
            for (ErasureRequest request : requests) {
                String answer = CountKeys.erasureTaken(prefix, request.id());
                assertThat(redis.holding(answer).get(answer)).isEqualTo("1");
                assertThat(redis.holding(answer).ttl(answer)).isPositive();
            }
            assertThat(sink.failure()).isNull();
        }
    }

    private void eraseU1() {
        topics.commit(
                erased(LIFETIME, 1, "clicks|lifetime|all|user|u1"),
                erased(USER_DAY, 0, "calls|day|" + today + "|user|u1"),
                erased(USER_DAY, 0, "clicks|day|" + today + "|user|u1"));
    }

    private void awaitUsers(int generation, Map<String, Double> expected) {
        await().atMost(PATIENCE)
                .untilAsserted(
                        () -> assertThat(contents.scores(prefix + ":" + generation + ":lifetime:all:clicks:user"))
                                .isEqualTo(expected));
    }

    private static ProducerRecord<byte[], byte[]> lifetime(String user, long clicks) {
        return count(LIFETIME, 1, "clicks|lifetime|all|user|" + user, clicks);
    }

    private ProducerRecord<byte[], byte[]> calls(String user, long calls) {
        return count(USER_DAY, 0, "calls|day|" + today + "|user|" + user, calls);
    }

    private ProducerRecord<byte[], byte[]> total(long calls) {
        return count("counts-day", 0, "calls|day|" + today + "|total|", calls);
    }

    private int rebuild() throws InterruptedException {
        SinkConfig config = new Environment(surroundings.variables()).read(SinkConfig::from);
        return new Rebuild(config, Clock.systemUTC(), line -> {}).run();
    }
}
