package io.tallystream.sink;

import static io.tallystream.sink.RunningSink.PATIENCE;
import static io.tallystream.sink.SinkTopics.count;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.lettuce.core.api.sync.RedisCommands;
import io.tallystream.embedded.EmbeddedKafka;
import io.tallystream.runtime.config.Environment;
import io.tallystream.runtime.management.Health;
import io.tallystream.schema.count.CountAddress;
import io.tallystream.schema.kafka.Topics;
import io.tallystream.schema.redis.CountKeys;
import io.tallystream.sink.rebuild.Rebuild;
import java.time.Clock;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Making all counts anew, on every kind of Redis. */
@Timeout(240)
abstract class RebuildSuite {
    final Surroundings surroundings;
    final SinkTopics topics;
    final String prefix;
    final List<String> reports = new CopyOnWriteArrayList<>();

    private final RedisContents contents;
    private final LocalDate today = LocalDate.now(ZoneOffset.UTC);
    private final String minute =
            Instant.now().truncatedTo(ChronoUnit.MINUTES).toString().replace(":00Z", "Z");

    RebuildSuite(EmbeddedKafka kafka, TestRedis redis) {
        surroundings = new Surroundings(kafka, redis);
        topics = surroundings.topics();
        prefix = surroundings.prefix();
        contents = surroundings.contents();
    }

    @AfterEach
    void forgetAll() throws Exception {
        surroundings.forget();
    }

    @Test
    void shouldMakeEverythingAnewWithItsTrueRemainingLife() throws Exception {
        topics.create();
        commitSome(3);
        topics.abort(count("counts-day", 0, "calls|day|" + today + "|status|200", 1_000));
        String expired = "calls|minute|2020-01-01T00:00Z|status|200";
        topics.commit(count("counts-minute", 0, expired, 9), count("counts-minute", 0, "no count", 9));
        // What is wrong in the old generation, and what belongs to others.
        holding(status(1)).zadd(status(1), 77_777, "200");
        String position = prefix + ":1:applied:counts-day:0";
        holding(position).set(position, "5");
        String ofAnother = prefix + "x:1:other";
        holding(ofAnother).set(ofAnother, "stays");
        String other = prefix + ":other";
        holding(other).set(other, "stays");
        String report = CountKeys.dailyReport(prefix, today);
        holding(report).hset(report, "1", "stays");

        assertThat(rebuild()).isEqualTo(2);

        assertThat(live()).isEqualTo("2");
        requireAll(2);
        assertThat(contents.keys()).noneMatch(key -> key.startsWith(prefix + ":1:"));
        assertThat(holding(ofAnother).get(ofAnother)).isEqualTo("stays");
        assertThat(holding(other).get(other)).isEqualTo("stays");
        assertThat(holding(report).hget(report, "1")).isEqualTo("stays");
        assertThat(holding(lock()).get(lock())).isNull();
        assertThat(reports).anyMatch(line -> line.matches(".*\\d records, 100 %, .*/s, 0 s left"));

        assertThat(rebuild()).isEqualTo(3);
        requireAll(3);
        assertThat(contents.keys()).noneMatch(key -> key.startsWith(prefix + ":2:"));
    }

    /** The sink beside it goes on with the new generation, from where the rebuild has got to. */
    @Test
    void shouldMissNothingThatIsWrittenMeanwhile() throws Exception {
        topics.create();
        commitSome(1);
        AtomicBoolean enough = new AtomicBoolean();
        try (RunningSink sink = new RunningSink(surroundings.variables())) {
            sink.awaitUp();
            CompletableFuture<Integer> writer = CompletableFuture.supplyAsync(() -> {
                int value = 1;
                while (!enough.get()) {
                    value++;
                    commitSome(value);
                }
                return value;
            });
            AtomicBoolean watched = new AtomicBoolean(true);
            CompletableFuture<List<Health>> notReady = CompletableFuture.supplyAsync(() -> {
                List<Health> seen = new ArrayList<>();
                while (watched.get()) {
                    Health health = sink.health();
                    if (!health.up()) {
                        seen.add(health);
                    }
                }
                return seen;
            });
            assertThat(rebuild()).isEqualTo(2);
            enough.set(true);
            double last = writer.get();
            commitSome((int) last + 1);

            await().atMost(PATIENCE).untilAsserted(() -> {
                assertThat(contents.scores(status(2))).containsEntry("200", last + 1);
                requireAll(2);
                assertThat(topics.committed()).isEqualTo(topics.ends());
            });
            watched.set(false);
            assertThat(notReady.get()).isEmpty();
            assertThat(sink.retries("generation")).isEqualTo(1);
            assertThat(contents.keys()).noneMatch(key -> key.startsWith(prefix + ":1:"));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"writing generation", "records, ", "is live"})
    void shouldBeSafeToKillAndRunAgain(String moment) throws Exception {
        topics.create();
        commitSome(3);
        assertThatThrownBy(() -> rebuild(line -> {
                    if (line.contains(moment)) {
                        throw new IllegalStateException("killed");
                    }
                }))
                .hasMessage("killed");
        boolean switched = moment.equals("is live");
        assertThat(live()).isEqualTo(switched ? "2" : null);
        // A generation that nobody reads, with something that the topics do not have.
        holding(status(2)).zadd(status(2), switched ? 3 : 77_777, "200");
        assertThat(holding(lock()).pttl(lock())).isBetween(1L, 15_000L);
        // As if the time had passed.
        holding(lock()).del(lock());

        int live = rebuild();

        assertThat(live).isEqualTo(switched ? 3 : 2);
        requireAll(live);
        assertThat(contents.keys())
                .allMatch(key ->
                        key.startsWith(prefix + ":" + live + ":") || key.equals(CountKeys.liveGeneration(prefix)));
    }

    @Test
    void shouldWaitForAnotherThatIsRunning() throws Exception {
        topics.create();
        commitSome(1);
        holding(lock()).set(lock(), "another");
        CompletableFuture<Integer> second = CompletableFuture.supplyAsync(this::rebuild);
        await().atMost(PATIENCE).until(() -> reports.stream().anyMatch(line -> line.contains("waiting")));
        assertThat(second).isNotDone();

        holding(lock()).del(lock());

        assertThat(second.get()).isEqualTo(2);
    }

    int rebuild() {
        return rebuild(line -> {});
    }

    int rebuild(Consumer<String> listener) {
        try {
            SinkConfig config = new Environment(surroundings.variables()).read(SinkConfig::from);
            return new Rebuild(config, Clock.systemUTC(), line -> {
                        reports.add(line);
                        listener.accept(line);
                    })
                    .run();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    void commitSome(long value) {
        topics.commit(
                count("counts-minute", 0, "calls|minute|" + minute + "|total|", value),
                count("counts-minute", 1, "calls|minute|" + minute + "|status|200", value),
                count("counts-hour", 1, "calls|hour|" + today + "T23:00Z|endpoint|/a|b", value + 1),
                count("counts-day", 0, "calls|day|" + today + "|status|200", value),
                count("counts-day", 1, "clicks|day|" + today + "|total|", value + 7),
                count("counts-user-day", 0, "calls|day|" + today + "|user|u1", value),
                count("counts-lifetime", 1, "clicks|lifetime|all|user|u1", value));
    }

    /** A plain recount, of what the rebuild says that it has read. */
    void requireAll(int generation) {
        Map<TopicPartition, Long> positions = contents.positions(generation);
        assertThat(positions).hasSize(Topics.counts().size() * SinkTopics.PARTITIONS);
        Map<CountAddress, Long> counts = topics.lastCounts(positions);
        assertThat(counts).isNotEmpty();
        contents.assertHolds(generation, counts, "");
    }

    private String live() {
        String key = CountKeys.liveGeneration(prefix);
        return holding(key).get(key);
    }

    private String lock() {
        return CountKeys.rebuild(prefix);
    }

    private RedisCommands<String, String> holding(String key) {
        return surroundings.redis().holding(key);
    }

    private String status(int generation) {
        return prefix + ":" + generation + ":day:" + today + ":calls:status";
    }
}
