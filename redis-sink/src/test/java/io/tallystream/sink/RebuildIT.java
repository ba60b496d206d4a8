package io.tallystream.sink;

import static io.tallystream.sink.SinkTopics.count;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.lettuce.core.RedisClient;
import io.lettuce.core.ScanArgs;
import io.lettuce.core.ScanIterator;
import io.lettuce.core.api.sync.RedisCommands;
import io.tallystream.embedded.EmbeddedKafka;
import io.tallystream.embedded.EmbeddedRedis;
import io.tallystream.embedded.junit.WithKafka;
import io.tallystream.embedded.junit.WithRedis;
import io.tallystream.runtime.config.Environment;
import io.tallystream.schema.count.WindowCalendar;
import io.tallystream.schema.kafka.CountRecord;
import io.tallystream.schema.kafka.Topics;
import io.tallystream.schema.redis.CountKeys;
import io.tallystream.sink.rebuild.Rebuild;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@WithKafka
@WithRedis
@Timeout(90)
class RebuildIT {
    private final EmbeddedKafka kafka;
    private final EmbeddedRedis redis;
    private final SinkTopics topics;
    private final RedisClient client;
    private final RedisCommands<String, String> commands;
    private final String prefix = UUID.randomUUID().toString();
    private final LocalDate today = LocalDate.now(ZoneOffset.UTC);
    private final String minute =
            Instant.now().truncatedTo(ChronoUnit.MINUTES).toString().replace(":00Z", "Z");
    private final List<String> reports = new CopyOnWriteArrayList<>();

    RebuildIT(EmbeddedKafka kafka, EmbeddedRedis redis) {
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
    void shouldMakeEverythingAnewWithItsTrueRemainingLife() throws Exception {
        topics.create();
        commitSome(3);
        topics.abort(count("counts-day", 0, "calls|day|" + today + "|status|200", 1_000));
        String expired = "calls|minute|2020-01-01T00:00Z|status|200";
        topics.commit(count("counts-minute", 0, expired, 9), count("counts-minute", 0, "no count", 9));
        // What is wrong in the old generation, and what belongs to others.
        commands.zadd(prefix + ":1:day:" + today + ":calls:status", 77_777, "200");
        commands.set(prefix + ":1:applied:counts-day:0", "5");
        commands.set(prefix + "x:1:other", "stays");
        commands.set(prefix + ":other", "stays");

        assertThat(rebuild()).isEqualTo(2);

        assertThat(commands.get(CountKeys.liveGeneration(prefix))).isEqualTo("2");
        assertThat(generation(2)).isEqualTo(upTo(positions(2), 2)).isNotEmpty();
        assertThat(generation(1)).isEmpty();
        assertThat(keys(prefix + ":1:*")).isEmpty();
        assertThat(commands.get(prefix + "x:1:other")).isEqualTo("stays");
        assertThat(commands.get(prefix + ":other")).isEqualTo("stays");
        assertThat(commands.get(CountKeys.rebuild(prefix))).isNull();
        assertThat(reports).anyMatch(line -> line.matches(".*\\d records, 100 %, .*/s, 0 s left"));
        requireExpiries(2);

        assertThat(rebuild()).isEqualTo(3);
        assertThat(generation(3)).isEqualTo(upTo(positions(3), 3));
        assertThat(generation(2)).isEmpty();
    }

    /** The sink beside it goes on with the new generation, from where the rebuild has got to. */
    @Test
    void shouldMissNothingThatIsWrittenMeanwhile() throws Exception {
        topics.create();
        commitSome(1);
        AtomicBoolean enough = new AtomicBoolean();
        try (RunningSink sink = new RunningSink(variables())) {
            sink.awaitUp();
            CompletableFuture<Integer> writer = CompletableFuture.supplyAsync(() -> {
                int value = 1;
                while (!enough.get()) {
                    value++;
                    commitSome(value);
                }
                return value;
            });
            assertThat(rebuild()).isEqualTo(2);
            enough.set(true);
            double last = writer.get();
            commitSome((int) last + 1);

            await().untilAsserted(() -> {
                Map<String, Map<String, Double>> live = generation(2);
                assertThat(live.get(prefix + ":2:day:" + today + ":calls:status"))
                        .containsEntry("200", last + 1);
                assertThat(live).isEqualTo(upTo(positions(2), 2));
            });
            requireExpiries(2);
            sink.awaitUp();
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
        assertThat(commands.get(CountKeys.liveGeneration(prefix))).isEqualTo(switched ? "2" : null);
        // A generation that nobody reads, with something that the topics do not have.
        commands.zadd(prefix + ":2:day:" + today + ":calls:status", switched ? 3 : 77_777, "200");
        assertThat(commands.pttl(CountKeys.rebuild(prefix))).isBetween(1L, 15_000L);
        // As if the time had passed.
        commands.del(CountKeys.rebuild(prefix));

        int live = rebuild();

        assertThat(live).isEqualTo(switched ? 3 : 2);
        assertThat(generation(live)).isEqualTo(upTo(positions(live), live)).isNotEmpty();
        assertThat(keys(prefix + ":*"))
                .allMatch(key ->
                        key.startsWith(prefix + ":" + live + ":") || key.equals(CountKeys.liveGeneration(prefix)));
    }

    @Test
    void shouldWaitForAnotherThatIsRunning() throws Exception {
        topics.create();
        commitSome(1);
        commands.set(CountKeys.rebuild(prefix), "another");
        CompletableFuture<Integer> second = CompletableFuture.supplyAsync(this::rebuild);
        await().until(() -> reports.stream().anyMatch(line -> line.contains("waiting")));
        assertThat(second).isNotDone();

        commands.del(CountKeys.rebuild(prefix));

        assertThat(second.get()).isEqualTo(2);
    }

    private int rebuild() {
        return rebuild(line -> {});
    }

    private int rebuild(Consumer<String> listener) {
        try {
            SinkConfig config = new Environment(variables()).read(SinkConfig::from);
            return new Rebuild(config, Clock.systemUTC(), line -> {
                        reports.add(line);
                        listener.accept(line);
                    })
                    .run();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private void commitSome(long value) {
        topics.commit(
                count("counts-minute", 0, "calls|minute|" + minute + "|total|", value),
                count("counts-minute", 1, "calls|minute|" + minute + "|status|200", value),
                count("counts-hour", 1, "calls|hour|" + today + "T23:00Z|endpoint|/a|b", value + 1),
                count("counts-day", 0, "calls|day|" + today + "|status|200", value),
                count("counts-day", 1, "clicks|day|" + today + "|total|", value + 7),
                count("counts-user-day", 0, "calls|day|" + today + "|user|u1", value),
                count("counts-lifetime", 1, "clicks|lifetime|all|user|u1", value));
    }

    private Map<String, String> variables() {
        Map<String, String> variables = new HashMap<>();
        variables.put("KAFKA_BOOTSTRAP_SERVERS", kafka.bootstrapServers());
        variables.put("REDIS_URI", redis.uri());
        variables.put("REDIS_KEY_PREFIX", prefix);
        return variables;
    }

    private Map<TopicPartition, Long> positions(int generation) {
        CountKeys keys = new CountKeys(prefix, generation);
        Map<TopicPartition, Long> positions = new HashMap<>();
        for (String topic : Topics.counts()) {
            for (int partition = 0; partition < SinkTopics.PARTITIONS; partition++) {
                String offset = commands.get(keys.applied("", topic, partition));
                positions.put(new TopicPartition(topic, partition), Long.valueOf(offset));
            }
        }
        return positions;
    }

    /** Every count of a generation, by key and member. */
    private Map<String, Map<String, Double>> generation(int generation) {
        CountKeys keys = new CountKeys(prefix, generation);
        Map<String, Map<String, Double>> all = new TreeMap<>();
        for (String key : keys(prefix + ":" + generation + ":*")) {
            if (keys.parse(key).isPresent()) {
                Map<String, Double> members = new TreeMap<>();
                commands.zrangeWithScores(key, 0, -1)
                        .forEach(scored -> members.put(scored.getValue(), scored.getScore()));
                all.put(key, members);
            }
        }
        return all;
    }

    private List<String> keys(String pattern) {
        List<String> keys = new ArrayList<>();
        ScanIterator.scan(commands, ScanArgs.Builder.matches(pattern)).forEachRemaining(keys::add);
        return keys;
    }

    /** A plain recount: the last committed value of each address before those positions, but for what has expired. */
    private Map<String, Map<String, Double>> upTo(Map<TopicPartition, Long> positions, int generation) {
        CountKeys keys = new CountKeys(prefix, generation);
        Map<String, Map<String, Double>> all = new TreeMap<>();
        Map<String, Object> settings =
                Map.of("bootstrap.servers", kafka.bootstrapServers(), "isolation.level", "read_committed");
        try (KafkaConsumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            consumer.assign(positions.keySet());
            consumer.seekToBeginning(positions.keySet());
            while (positions.entrySet().stream().anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(100))) {
                    String key = new String(record.key(), java.nio.charset.StandardCharsets.UTF_8);
                    long end = positions.get(new TopicPartition(record.topic(), record.partition()));
                    if (record.offset() < end && !key.equals("no count") && !key.contains("2020-")) {
                        CountRecord count = CountRecord.decode(record.key(), record.value());
                        all.computeIfAbsent(keys.key(count.address()), any -> new TreeMap<>())
                                .put(keys.member(count.address()), (double) count.value());
                    }
                }
            }
        }
        return all;
    }

    private void requireExpiries(int generation) {
        SinkConfig config = new Environment(variables()).read(SinkConfig::from);
        WindowCalendar calendar = new WindowCalendar(config.zone());
        CountKeys keys = new CountKeys(prefix, generation);
        for (String key : generation(generation).keySet()) {
            CountKeys.Contents contents = keys.parse(key).orElseThrow();
            Instant now = Instant.now();
            long left = commands.pttl(key);
            config.retention()
                    .expiryOf(contents.window(), contents.dimension(), calendar)
                    .ifPresentOrElse(
                            expiry -> assertThat(Duration.between(now.plusMillis(left), expiry)
                                            .abs())
                                    .as(key)
                                    .isLessThan(Duration.ofSeconds(1)),
                            () -> assertThat(left).as(key).isEqualTo(-1));
        }
    }
}
