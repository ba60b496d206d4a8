package io.tallystream.sink;

import static io.tallystream.sink.RunningSink.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tallystream.embedded.ChildJvm;
import io.tallystream.embedded.EmbeddedKafka;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Sinks that share the work and end, or stand still, without notice. */
@Timeout(240)
abstract class FleetSuite {
    // The least that brokers allow.
    private static final Duration SESSION = Duration.ofSeconds(6);

    private final Surroundings surroundings;
    private final SinkTopics topics;
    private final CountRounds rounds;
    private final Map<String, String> variables;

    @TempDir
    private Path folder;

    FleetSuite(EmbeddedKafka kafka, TestRedis redis) {
        surroundings = new Surroundings(kafka, redis);
        topics = surroundings.topics();
        rounds = new CountRounds(topics);
        variables = surroundings.variables();
        variables.put("KAFKA_CONSUMER_SESSION_TIMEOUT_MS", Long.toString(SESSION.toMillis()));
    }

    @AfterEach
    void forgetAll() throws Exception {
        surroundings.forget();
    }

    @Test
    void shouldMoveTheWorkOfAKilledSink() throws Exception {
        topics.create();
        try (RunningSink stays = new RunningSink(variables)) {
            try (ChildJvm killed = start("killed")) {
                awaitMembers(2);
                commitRounds();
                assertThat(killed.isAlive()).isTrue();
            }
            // Right after the crash, whatever it was at.
            surroundings.contents().assertExpiries();
            commitRounds();
            surroundings.awaitAll(PATIENCE);
            assertThat(topics.membersAtWork()).isEqualTo(1);
            assertThat(stays.failure()).isNull();
            assertThat(stays.meter("tallystream.sink.keys.without.expiry")).isZero();
        }
    }

    @Test
    void shouldNotBeDisturbedByASinkThatWakesUpLate() throws Exception {
        topics.create();
        try (RunningSink stays = new RunningSink(variables);
                ChildJvm late = start("late")) {
            awaitMembers(2);
            commitRounds();
            late.signal("STOP");
            commitRounds();
            surroundings.awaitAll(PATIENCE);

            late.signal("CONT");
            awaitMembers(2);
            surroundings.awaitAll(PATIENCE);
            commitRounds();
            surroundings.awaitAll(PATIENCE);
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

    private ChildJvm start(String name) throws Exception {
        Map<String, String> all = new HashMap<>(variables);
        all.put("MANAGEMENT_PORT", "0");
        return ChildJvm.start(
                // As in production, not silent as in tests.
                List.of("-Xmx128m", "-XX:TieredStopAtLevel=1", "-Dlog4j2.configurationFile=classpath:log4j2.xml"),
                SinkMain.class.getName(),
                all,
                folder.resolve(name + ".log"));
    }

    private void awaitMembers(int members) {
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(topics.membersAtWork()).isEqualTo(members));
    }
}
