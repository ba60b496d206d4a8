package io.tallystream.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import io.lettuce.core.RedisClient;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.sync.RedisCommands;
import io.tallystream.schema.count.Dimension;
import io.tallystream.schema.count.Granularity;
import io.tallystream.schema.count.Metric;
import io.tallystream.schema.count.Window;
import io.tallystream.schema.redis.CountKeys;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.StringSerializer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/** The command beside a running program, as its user has it. One program for all tests, in their order. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ReconcileIT {
    private static final Duration LIMIT = Duration.ofMinutes(2);
    private static final int GOOD = 300;

    @TempDir
    private static Path folder;

    private static final ZoneId ZONE = Noon.zone();

    private static Tallystream tallystream;
    private static Map<String, String> variables;
    private static RedisClient client;
    private static StatefulRedisConnection<String, String> connection;
    private static String today;
    private static long records;

    private record Ended(int exitCode, String output, String errors) {}

    @BeforeAll
    static void start() throws Exception {
        variables = new HashMap<>(Map.of("TIME_ZONE", ZONE.getId(), "MAX_MEMBERS", "40"));
        tallystream = Tallystream.ready(folder.resolve("data"), variables, "start");
        URI redis = URI.create(tallystream.redisUri());
        variables.put("REDIS_PORT", Integer.toString(redis.getPort()));
        variables.put("KAFKA_PORT", tallystream.kafka().replaceFirst(".*:", ""));
        client = RedisClient.create(tallystream.redisUri());
        connection = client.connect();
        today = LocalDate.ofInstant(Instant.now(), ZONE).toString();
        send();
    }

    @AfterAll
    static void stop() {
        if (client != null) {
            connection.close();
            client.shutdown();
        }
        tallystream.close();
    }

    private static RedisCommands<String, String> redis() {
        return connection.sync();
    }

    /** Events of all kinds, from producers that partition as Kafka does, and others; repeated, late, dated ahead, and none. */
    private static void send() throws Exception {
        Map<String, Object> settings = Map.of(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, tallystream.kafka());
        List<Future<RecordMetadata>> sent = new ArrayList<>();
        Instant now = Instant.now();
        try (KafkaProducer<String, String> producer =
                new KafkaProducer<>(settings, new StringSerializer(), new StringSerializer())) {
            for (int i = 0; i < GOOD; i++) {
                JsonObject event = event(i, now.minusSeconds(i));
                String topic = event.getString("type").equals("api_call") ? "api-calls" : "user-actions";
                String key = event.getString("user_id");
                sent.add(producer.send(new ProducerRecord<>(topic, key, event.encode())));
                if (i % 5 == 0) {
                    // Again, from a producer with another idea of partitions.
                    sent.add(producer.send(new ProducerRecord<>(topic, i % 4, null, event.encode())));
                }
            }
            for (String other : List.of(
                    event(1, now.minus(Duration.ofHours(2))).encode(),
                    event(2, now.plus(Duration.ofMinutes(20))).encode(),
                    "{\"type\":\"click\"}",
                    "no JSON",
                    "{\"type\":\"api_call\",\"endpoint\":\"/nobody\",\"status\":\"success\"}")) {
                sent.add(producer.send(new ProducerRecord<>("api-calls", other)));
            }
        }
        for (Future<RecordMetadata> each : sent) {
            each.get();
        }
        records = sent.size();
        await(() -> assertThat(counted()).isEqualTo(records));
    }

    private static JsonObject event(int i, Instant time) {
        JsonObject event =
                new JsonObject().put("id", "e" + i + "-" + time.toEpochMilli()).put("time", time.toEpochMilli());
        if (i % 7 != 0) {
            event.put("user_id", "u" + i % 50);
        }
        return switch (i % 4) {
            case 0 -> event.put("type", "click").put("product_id", "p" + i);
            case 1 -> event.put("type", "page_view").put("page", "/p" + i % 3);
            case 2 -> event.put("type", "dwell").put("page", "/p" + i % 3).put("duration_ms", i);
            default ->
                event.put("type", "api_call")
                        .put("endpoint", "/e" + i)
                        .put("status", i % 3 == 0 ? 500 : 200)
                        .put("duration_ms", i);
        };
    }

    private static long counted() {
        JsonObject answer = tallystream.ask("/api/v1/stats/trend?granularity=day&metric=events&from=" + today);
        JsonArray data = answer.getJsonArray("data");
        return data.getJsonObject(data.size() - 1).getLong("count");
    }

    private static void await(org.awaitility.core.ThrowingRunnable check) {
        Awaitility.await().atMost(LIMIT).pollInterval(Duration.ofMillis(100)).untilAsserted(check);
    }

    private static Ended reconcile(String... arguments) throws IOException, InterruptedException {
        List<String> all = new ArrayList<>(List.of("reconcile"));
        all.addAll(List.of(arguments));
        try (Tallystream command = Tallystream.run(folder.resolve("data"), variables, all.toArray(String[]::new))) {
            int exitCode = command.exitCode(LIMIT);
            return new Ended(exitCode, command.output(), command.errors());
        }
    }

    @Test
    @Order(1)
    void shouldFindThatEveryCountIsThatOfTheEvents() throws Exception {
        Ended ended = reconcile("--date", "today", "--recount");

        assertThat(ended.exitCode()).as(ended.output() + ended.errors()).isZero();
        assertThat(ended.output())
                .contains("Recount of " + records + " records", "The books balance." + System.lineSeparator())
                .containsPattern("events, day +" + records + " +" + records + " +1  balanced")
                .containsPattern("calls by endpoint_status, minute .*balanced")
                .containsPattern("clicks by user, day .*balanced")
                .containsPattern("new_users, day +50 +50 .*balanced")
                .doesNotContain("OFF", "open", "expired");
        // So names that are not counted by their own were among them.
        CountKeys keys = keys();
        assertThat(redis().zrange(
                                keys.members(new Window(Granularity.DAY, today), Metric.CALLS, Dimension.ENDPOINT),
                                0,
                                -1))
                .anyMatch(member -> member.startsWith("__other__/"));
    }

    @Test
    @Order(2)
    void shouldFindACountThatIsWrongWhileTheDayIsNotOver() throws Exception {
        String key = keys().members(new Window(Granularity.DAY, today), Metric.PAGE_VIEWS, Dimension.PAGE);
        redis().zincrby(key, 1, "/p1");
        try {
            Ended ended = reconcile("--date", today, "--recount");

            assertThat(ended.exitCode()).as(ended.output() + ended.errors()).isEqualTo(1);
            assertThat(ended.output())
                    .contains("The books do NOT balance.")
                    .containsPattern(
                            "page_views by page, day .*OFF\\R    " + today + " /p1: \\d+ in Redis, \\d+ recounted");
            // Without the events nobody knows whether more is on its way.
            assertThat(reconcile("--date", "today").exitCode()).isZero();
        } finally {
            redis().zincrby(key, -1, "/p1");
        }
    }

    @Test
    @Order(3)
    void shouldFindACountThatIsMissing() throws Exception {
        String key = keys().members(new Window(Granularity.DAY, today), Metric.CLICKS, Dimension.USER);
        double count = redis().zscore(key, "u4");
        redis().zrem(key, "u4");
        try {
            Ended ended = reconcile("--date", today, "--recount");

            assertThat(ended.exitCode()).as(ended.output() + ended.errors()).isEqualTo(1);
            assertThat(ended.output()).containsPattern("clicks by user, day .*OFF\\R    " + today + " u4: 0 in Redis");
        } finally {
            redis().zadd(key, count, "u4");
        }
    }

    @Test
    @Order(4)
    void shouldFindACountOfAFinalDayThatDoesNotAddUp() throws Exception {
        String before = LocalDate.parse(today).minusDays(1).toString();
        assertThat(reconcile().exitCode()).isZero();
        String key = keys().totals(new Window(Granularity.DAY, before));
        redis().zadd(key, 1, "calls");
        try {
            Ended ended = reconcile("--date", before);

            assertThat(ended.exitCode()).as(ended.output() + ended.errors()).isEqualTo(1);
            assertThat(ended.output())
                    .contains("Counts of " + before + " (" + ZONE.getId() + ", final)", "do NOT balance")
                    .containsPattern("calls of all hours +0  equals +calls of the day +1  OFF");
            assertThat(tallystream.ask("/api/v1/reconciliation?date=" + before).getString("verdict"))
                    .isEqualTo("off");
        } finally {
            redis().del(key);
        }
    }

    @Test
    @Order(5)
    void shouldSayWhatIsWrongWithTheCommand() throws Exception {
        assertThat(reconcile("--date", "2026-13-01").exitCode()).isEqualTo(2);
        assertThat(reconcile("--date", "2199-01-01").errors()).contains("--date must not be in the future");
        assertThat(reconcile("--nothing").exitCode()).isEqualTo(2);
        variables.put("REDIS_URI", "redis://127.0.0.1:1");
        try {
            Ended ended = reconcile();
            assertThat(ended.exitCode()).isEqualTo(1);
            assertThat(ended.errors()).contains("reconcile: failed: ");
        } finally {
            variables.remove("REDIS_URI");
        }
    }

    private static CountKeys keys() {
        return new CountKeys("tally", CountKeys.FIRST_GENERATION);
    }
}
