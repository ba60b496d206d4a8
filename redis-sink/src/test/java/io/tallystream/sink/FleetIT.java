package io.tallystream.sink;

import static io.tallystream.sink.RunningSink.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tallystream.embedded.EmbeddedKafka;
import io.tallystream.embedded.EmbeddedRedis;
import io.tallystream.embedded.junit.WithKafka;
import io.tallystream.embedded.junit.WithRedis;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Sinks that share the work and end, or stand still, without notice. */
@WithKafka
@WithRedis
@Timeout(90)
class FleetIT {
    // The least that brokers allow.
    private static final Duration SESSION = Duration.ofSeconds(6);
    private static final Duration REBALANCE = Duration.ofSeconds(6);

    private final SinkTopics topics;
    private final CountRounds rounds;
    private final RedisContents contents;
    private final Map<String, String> variables;

    @TempDir
    private Path folder;

    FleetIT(EmbeddedKafka kafka, EmbeddedRedis redis) {
        String prefix = UUID.randomUUID().toString();
        topics = new SinkTopics(kafka.bootstrapServers());
        rounds = new CountRounds(topics);
        contents = new RedisContents(redis, prefix);
        variables = Map.of(
                "KAFKA_BOOTSTRAP_SERVERS",
                kafka.bootstrapServers(),
                "REDIS_URI",
                redis.uri(),
                "REDIS_KEY_PREFIX",
                prefix,
                "KAFKA_CONSUMER_SESSION_TIMEOUT_MS",
                Long.toString(SESSION.toMillis()));
    }

    @AfterEach
    void forgetAll() throws Exception {
        try (topics;
                contents) {
            topics.forgetAll();
        }
    }

    @Test
    void shouldMoveTheWorkOfAKilledSink() throws Exception {
        topics.create();
        try (RunningSink stays = new RunningSink(variables)) {
            try (SinkProcess killed = start("killed")) {
                awaitMembers(2);
                commitRounds();
                assertThat(killed.isAlive()).isTrue();
            }
            // Right after the crash, whatever it was at.
            contents.assertExpiries();
            commitRounds();
            awaitAll(SESSION.plus(REBALANCE));
            assertThat(topics.membersAtWork()).isEqualTo(1);
            assertThat(stays.failure()).isNull();
            assertThat(stays.meter("tallystream.sink.keys.without.expiry")).isZero();
        }
    }

    @Test
    void shouldNotBeDisturbedByASinkThatWakesUpLate() throws Exception {
        topics.create();
        try (RunningSink stays = new RunningSink(variables);
                SinkProcess late = start("late")) {
            awaitMembers(2);
            commitRounds();
            late.signal("-STOP");
            commitRounds();
            awaitAll(SESSION.plus(REBALANCE));

            late.signal("-CONT");
            awaitMembers(2);
            awaitAll(PATIENCE);
            commitRounds();
            awaitAll(PATIENCE);
            assertThat(late.isAlive()).isTrue();
            assertThat(stays.failure()).isNull();
        }
        // The killed one is given up by the group only then.
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(topics.membersAtWork()).isZero());
    }

    private void commitRounds() {
        for (int times = 0; times < 5; times++) {
            rounds.commit();
        }
    }

    private SinkProcess start(String name) throws Exception {
        return new SinkProcess(variables, folder.resolve(name + ".log"));
    }

    private void awaitMembers(int members) {
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(topics.membersAtWork()).isEqualTo(members));
    }

    private void awaitAll(Duration limit) {
        await().atMost(limit).untilAsserted(() -> {
            assertThat(topics.committed()).isEqualTo(topics.ends());
            contents.assertHolds(topics.lastCounts());
        });
    }
}
