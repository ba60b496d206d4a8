package io.tallystream.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.lettuce.core.RedisClient;
import io.lettuce.core.ScanIterator;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.sync.RedisCommands;
import io.tallystream.schema.count.Dimension;
import io.tallystream.schema.count.Granularity;
import io.tallystream.schema.count.Retention;
import io.tallystream.schema.count.WindowCalendar;
import io.tallystream.schema.redis.CountKeys;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.stream.IntStream;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/** What goes in over HTTP and Kafka comes out of the query API, exactly. One program for all tests, in their order. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class EndToEndIT {
    private static final int CALLS = 1_000;
    private static final int CLICKS = 500;
    private static final int BATCH = 50;
    private static final ZoneId ZONE = Noon.zone();

    @TempDir
    private static Path folder;

    // What was posted.
    private static final Map<String, Long> ENDPOINTS = new TreeMap<>();
    private static final Map<String, Long> ERRORS = new TreeMap<>();
    private static final Map<String, Long> PRODUCTS = new TreeMap<>();
    private static final Set<String> USERS = new TreeSet<>();
    private static final List<Integer> DURATIONS = new ArrayList<>();

    private static Tallystream tallystream;

    @BeforeAll
    static void start() throws IOException {
        tallystream = Tallystream.ready(folder.resolve("data"), Map.of("TIME_ZONE", ZONE.getId()), "start");
    }

    @AfterAll
    static void stop() {
        tallystream.close();
    }

    @Test
    @Order(1)
    void shouldCountExactlyWhatWasPosted() {
        Random random = new Random(7);
        int successes = 0;
        List<JsonObject> events = new ArrayList<>();
        for (int i = 0; i < CALLS; i++) {
            String endpoint = "/api/" + (int) (7 * random.nextDouble() * random.nextDouble());
            int status = random.nextInt(10) == 0 ? 500 : 200;
            successes += status == 200 ? 1 : 0;
            String user = "u" + random.nextInt(20);
            int duration = random.nextInt(300);
            USERS.add(user);
            ENDPOINTS.merge(endpoint, 1L, Long::sum);
            ERRORS.merge(endpoint, status == 200 ? 0L : 1L, Long::sum);
            if (endpoint.equals("/api/0")) {
                DURATIONS.add(duration);
            }
            events.add(new JsonObject()
                    .put("type", "api_call")
                    .put("user_id", user)
                    .put("endpoint", endpoint)
                    .put("status", status)
                    .put("duration_ms", duration));
        }
        long clicksOfU1 = 0;
        for (int i = 0; i < CLICKS; i++) {
            String user = "u" + random.nextInt(20);
            clicksOfU1 += user.equals("u1") ? 1 : 0;
            String product = "p" + random.nextInt(9);
            USERS.add(user);
            PRODUCTS.merge(product, 1L, Long::sum);
            events.add(
                    new JsonObject().put("type", "click").put("user_id", user).put("product_id", product));
        }

        for (int from = 0; from < events.size(); from += BATCH) {
            HttpResponse<String> response =
                    tallystream.post(new JsonArray(events.subList(from, from + BATCH)).encode());
            assertThat(response.statusCode()).as(response.body()).isEqualTo(202);
            assertThat(new JsonObject(response.body()).getInteger("accepted")).isEqualTo(BATCH);
        }

        soon().untilAsserted(() -> assertThat(today().getLong("calls")).isEqualTo(CALLS));
        soon().untilAsserted(() -> assertThat(today().getLong("clicks")).isEqualTo(CLICKS));
        long expectedClicks = clicksOfU1;
        soon().untilAsserted(() -> assertThat(
                        tallystream.ask("/api/v1/users/u1/clicks").getLong("clicks"))
                .isEqualTo(expectedClicks));
        double expectedRate = (double) successes / CALLS;
        soon().untilAsserted(() -> assertThat(today().getDouble("success_rate")).isCloseTo(expectedRate, within(1e-9)));
        soon().untilAsserted(() -> assertThat(hotApis()).isEqualTo(top(ENDPOINTS, 5)));
        for (String range : List.of("minute", "hour", "day")) {
            soon().untilAsserted(() -> assertThat(sumOfTrend(range)).as(range).isEqualTo(CALLS));
        }
    }

    @Test
    @Order(2)
    void shouldAnswerOtherQuestionsInTheSameNumbers() {
        soon().untilAsserted(() -> {
            assertThat(counts("/api/v1/stats/top", "member", "count")).isEqualTo(ENDPOINTS);
            assertThat(counts("/api/v1/stats/endpoints", "endpoint", "calls")).isEqualTo(ENDPOINTS);
            assertThat(counts("/api/v1/stats/top?metric=clicks&dimension=product", "member", "count"))
                    .isEqualTo(PRODUCTS);
            assertThat(counts("/api/v1/products", "product_id", "clicks")).isEqualTo(PRODUCTS);
        });
        soon().untilAsserted(() -> assertThat(tallystream
                        .ask("/api/v1/stats/top?metric=clicks&dimension=product&granularity=lifetime")
                        .getLong("total"))
                .isEqualTo(CLICKS));
        assertThat(tallystream.ask("/api/v1/dimensions/endpoint").getJsonArray("data"))
                .containsExactlyElementsOf(ENDPOINTS.keySet());
        soon().untilAsserted(EndToEndIT::assertStatusesAndHours);
    }

    private static void assertStatusesAndHours() {
        ENDPOINTS.forEach((endpoint, calls) -> {
            JsonObject statuses = tallystream.ask("/api/v1/stats/statuses?endpoint=" + endpoint);
            assertThat(statuses.getLong("calls")).isEqualTo(calls);
            assertThat(statuses.getDouble("success_rate"))
                    .isCloseTo(1 - (double) ERRORS.get(endpoint) / calls, within(1e-9));
            JsonObject trend = tallystream.ask("/api/v1/stats/trend?range=hour&dimension=endpoint&member=" + endpoint);
            assertThat(sumOf(trend)).isEqualTo(calls);
        });
    }

    @Test
    @Order(2)
    void shouldTellUsersAndLatencies() {
        soon().untilAsserted(() -> {
            JsonArray growth = tallystream.ask("/api/v1/users/growth").getJsonArray("data");
            assertThat(sum(growth, "new_users")).isEqualTo(USERS.size());
            assertThat(growth.getJsonObject(growth.size() - 1).getLong("total_users"))
                    .isEqualTo(USERS.size());
        });
        List<Integer> sorted = DURATIONS.stream().sorted().toList();
        soon().untilAsserted(() -> assertThat(
                        tallystream.ask("/api/v1/stats/latency?endpoint=/api/0").getLong("timed_calls"))
                .isEqualTo(sorted.size()));
        JsonObject latency = tallystream.ask("/api/v1/stats/latency?endpoint=/api/0");
        Map.of("p50", 0.50, "p90", 0.90, "p95", 0.95, "p99", 0.99).forEach((name, part) -> {
            int exact = sorted.get((int) Math.ceil(part * sorted.size()) - 1);
            assertThat(latency.getDouble(name)).as(name).isCloseTo(exact, within(0.05 * exact));
        });
    }

    @Test
    @Order(3)
    void shouldCountWhatDidNotComeThroughTheGateway() throws ExecutionException, InterruptedException {
        long before = today().getLong("calls");
        Map<String, Object> settings = Map.of(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, tallystream.kafka());

        try (KafkaProducer<String, String> producer =
                new KafkaProducer<>(settings, new StringSerializer(), new StringSerializer())) {
            producer.send(new ProducerRecord<>(
                            "api-calls", "{\"type\":\"api_call\",\"endpoint\":\"/direct\",\"status\":200}"))
                    .get();
        }

        soon().untilAsserted(() -> assertThat(today().getLong("calls")).isEqualTo(before + 1));
    }

    @Test
    @Order(4)
    void shouldSayWhatIsWrongAndGoOn() {
        long before = today().getLong("calls");

        assertProblem(tallystream.post("not the key, and long enough", "{}"), 401);
        assertProblem(tallystream.post("{\"type\":"), 400);
        JsonObject missing = assertProblem(tallystream.post("{\"type\":\"api_call\",\"status\":200}"), 422);
        assertThat(missing.getString("detail")).contains("endpoint");
        assertThat(missing.getJsonArray("items").getJsonObject(0).getString("field"))
                .isEqualTo("endpoint");
        assertProblem(tallystream.get("not the token, and long enough", "/api/v1/stats/overview"), 401);

        assertThat(tallystream
                        .post("{\"type\":\"api_call\",\"endpoint\":\"/after\",\"status\":200}")
                        .statusCode())
                .isEqualTo(202);
        soon().untilAsserted(() -> assertThat(today().getLong("calls")).isEqualTo(before + 1));
    }

    @Test
    @Order(6)
    void shouldCountWhatAnotherProcessSends() throws IOException, InterruptedException {
        String gateway = tallystream.printed("curl .* (http://\\S+)/v1/events");
        long before = callsOfAllDays();
        try (Tallystream load = Tallystream.run(
                folder.resolve("load"),
                Map.of("INGEST_KEYS", "first=" + tallystream.secret("ingest-key")),
                "load",
                "--to",
                gateway,
                "--rate",
                "500")) {
            Awaitility.await().atMost(Duration.ofMinutes(1)).until(() -> callsOfAllDays() > before + 500);
            load.interrupt();
            assertThat(load.exitCode(Duration.ofSeconds(30))).isZero();
        }
    }

    private static long callsOfAllDays() {
        return tallystream.ask("/api/v1/stats/trend?range=day").getJsonArray("data").stream()
                .mapToLong(day -> ((JsonObject) day).getLong("count"))
                .sum();
    }

    @Test
    @Order(5)
    void shouldGiveEveryKeyTheExpiryOfItsWindow() {
        Retention retention =
                new Retention(Duration.ofDays(7), Duration.ofDays(30), Duration.ofDays(365), Duration.ofDays(30));
        WindowCalendar calendar = new WindowCalendar(ZONE);
        CountKeys keys = new CountKeys("tally", CountKeys.FIRST_GENERATION);
        Set<Granularity> seen = EnumSet.noneOf(Granularity.class);
        String today = today().getString("date");
        String report = CountKeys.dailyReport("tally", LocalDate.parse(today));
        assertThat(tallystream.postAdmin("/api/v1/reports/daily/" + today).statusCode())
                .isEqualTo(200);
        Set<String> others = new HashSet<>();
        Set<Dimension> dimensions = EnumSet.noneOf(Dimension.class);

        RedisClient client = RedisClient.create(tallystream.redisUri());
        try (client;
                StatefulRedisConnection<String, String> connection = client.connect()) {
            RedisCommands<String, String> redis = connection.sync();
            ScanIterator.scan(redis).forEachRemaining(key -> {
                if (key.startsWith("tally:1:applied:")) {
                    // How far the sink has got is no count, and has to stay.
                    assertThat(redis.pttl(key)).as(key).isEqualTo(-1);
                    return;
                }
                if (key.equals(CountKeys.freshness("tally")) || key.startsWith("tally:login:")) {
                    assertThat(redis.pttl(key)).as(key).isPositive();
                    return;
                }
                if (key.startsWith("tally:report:")) {
                    assertThat(Instant.now().plusMillis(redis.pttl(key)))
                            .as(key)
                            .isCloseTo(
                                    LocalDate.parse(today)
                                            .atStartOfDay(ZONE)
                                            .toInstant()
                                            .plus(366, ChronoUnit.DAYS),
                                    within(1, ChronoUnit.SECONDS));
                    others.add(key);
                    return;
                }
                CountKeys.Contents contents =
                        keys.parse(key).orElseThrow(() -> new AssertionError("a stray key: " + key));
                Optional<Instant> expiry = retention.expiryOf(contents.window(), contents.dimension(), calendar);
                long ttl = redis.pttl(key);
                if (expiry.isPresent()) {
                    assertThat(Instant.now().plusMillis(ttl))
                            .as(key)
                            .isCloseTo(expiry.get(), within(1, ChronoUnit.SECONDS));
                } else {
                    assertThat(ttl).as(key).isEqualTo(-1);
                }
                seen.add(contents.window().granularity());
                dimensions.add(contents.dimension());
            });
        }
        assertThat(others).contains(report);
        assertThat(seen).containsExactlyInAnyOrder(Granularity.values());
        assertThat(dimensions)
                .contains(Dimension.TOTAL, Dimension.ENDPOINT, Dimension.STATUS, Dimension.USER, Dimension.PRODUCT);
    }

    private static ConditionFactory soon() {
        return Awaitility.await().atMost(Duration.ofSeconds(60)).pollInterval(Duration.ofMillis(50));
    }

    private static JsonObject today() {
        return tallystream.overview().getJsonObject("today");
    }

    private static List<Long> hotApis() {
        return tallystream.overview().getJsonArray("hot_apis").stream()
                .map(api -> ((JsonObject) api).getLong("calls"))
                .toList();
    }

    private static List<Long> top(Map<String, Long> counts, int limit) {
        return counts.values().stream()
                .sorted((a, b) -> Long.compare(b, a))
                .limit(limit)
                .toList();
    }

    private static long sumOfTrend(String range) {
        return sumOf(tallystream.ask("/api/v1/stats/trend?range=" + range));
    }

    private static long sumOf(JsonObject trend) {
        return sum(trend.getJsonArray("data"), "count");
    }

    private static long sum(JsonArray data, String name) {
        return IntStream.range(0, data.size())
                .mapToLong(i -> data.getJsonObject(i).getLong(name))
                .sum();
    }

    private static Map<String, Long> counts(String path, String name, String count) {
        Map<String, Long> counts = new TreeMap<>();
        tallystream
                .ask(path)
                .getJsonArray("data")
                .forEach(line -> counts.put(((JsonObject) line).getString(name), ((JsonObject) line).getLong(count)));
        return counts;
    }

    private static JsonObject assertProblem(HttpResponse<String> response, int status) {
        assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
        assertThat(response.headers().firstValue("Content-Type")).contains("application/problem+json");
        JsonObject problem = new JsonObject(response.body());
        assertThat(problem.getInteger("status")).isEqualTo(status);
        assertThat(problem.fieldNames()).contains("type", "title", "detail");
        return problem;
    }
}
