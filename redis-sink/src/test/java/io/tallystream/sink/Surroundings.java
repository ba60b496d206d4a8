package io.tallystream.sink;

import static io.tallystream.sink.RunningSink.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tallystream.embedded.EmbeddedKafka;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;

/** What a sink is between: topics of its own, and keys of its own in a Redis. */
final class Surroundings {
    private final EmbeddedKafka kafka;
    private final TestRedis redis;
    private final String prefix = UUID.randomUUID().toString();
    private final SinkTopics topics;
    private final RedisContents contents;

    Surroundings(EmbeddedKafka kafka, TestRedis redis) {
        this.kafka = kafka;
        this.redis = redis;
        topics = new SinkTopics(kafka.bootstrapServers());
        contents = new RedisContents(redis, prefix);
    }

    TestRedis redis() {
        return redis;
    }

    /** Not there until they are created. */
    SinkTopics topics() {
        return topics;
    }

    String prefix() {
        return prefix;
    }

    RedisContents contents() {
        return contents;
    }

    /** The settings of a sink in between, to be changed by the caller. */
    Map<String, String> variables() {
        return new HashMap<>(Map.of(
                "KAFKA_BOOTSTRAP_SERVERS", kafka.bootstrapServers(),
                "REDIS_URI", redis.uri(),
                "REDIS_KEY_PREFIX", prefix));
    }

    /** Waits until the sink has committed all, and Redis holds the last count of each address. */
    void awaitAll() {
        awaitAll(PATIENCE);
    }

    void awaitAll(Duration limit) {
        // A server may be in the middle of something.
        await().atMost(limit).ignoreExceptions().untilAsserted(() -> {
            assertThat(topics.committed()).isEqualTo(topics.ends());
            contents.assertHolds(topics.lastCounts());
        });
    }

    /** Forgets the topics and lets go of both. */
    void forget() throws Exception {
        try (redis;
                topics) {
            topics.forgetAll();
        }
    }
}
