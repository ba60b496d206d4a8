package io.tallystream.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.Network;
import org.testcontainers.containers.startupcheck.OneShotStartupCheckStrategy;
import org.testcontainers.lifecycle.Startables;
import org.testcontainers.utility.DockerImageName;

/**
 * The services' images do beside Kafka and Redis in containers what their jars do, with no more rights there than are documented.
 * One set of them, for all tests in their order.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ImagesIT {
    private static final String INGEST_KEY = "tsi_0123456789abcdef";
    private static final String PASSWORD = "of-this-test";
    private static final String ADMIN_TOKEN = "tsa_0123456789abcdef";
    private static final String PARTITIONS = "3";
    private static final int EVENTS = 2_000;
    private static final int BATCH = 500;
    private static final Duration PATIENCE = Duration.ofMinutes(5);
    private static final int GATEWAY_PORT = 8080;
    private static final int QUERY_PORT = 8081;

    private static final Network NETWORK = Network.newNetwork();
    private static final SecuredKafka KAFKA = new SecuredKafka(PASSWORD);

    @SuppressWarnings("resource") // Closed in stop().
    private static final GenericContainer<?> REDIS = new GenericContainer<>(DockerImageName.parse("redis:7"))
            .withNetwork(NETWORK)
            .withNetworkAliases("redis")
            .withExposedPorts(6379)
            .withCommand("redis-server", "--requirepass", PASSWORD, "--maxmemory-policy", "noeviction");

    private static final Map<String, GenericContainer<?>> SERVICES = new LinkedHashMap<>();
    private static final HttpClient CLIENT =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    @BeforeAll
    static void start() throws Exception {
        Startables.deepStart(KAFKA.withNetwork(NETWORK).withStartupTimeout(Images.PATIENCE), REDIS)
                .join();
        KAFKA.allowWhatIsDocumented();
        for (String[] words : DocumentedRights.ofRedis(PASSWORD)) {
            List<String> command = new ArrayList<>(List.of("redis-cli", "-a", PASSWORD));
            command.addAll(List.of(words));
            assertThat(REDIS.execInContainer(command.toArray(String[]::new)).getStdout())
                    .isEqualTo("OK\n");
        }
        add("stream-processor", KAFKA.settings("processor"));
        add("redis-sink", both("sink", "sink"));
        add("query-api", Map.of("REDIS_URI", redisUri("query"), "ADMIN_TOKEN", ADMIN_TOKEN), QUERY_PORT);
        Map<String, String> gateway = new HashMap<>(KAFKA.settings("gateway"));
        gateway.put("INGEST_KEYS", "test=" + INGEST_KEY);
        add("ingest-gateway", gateway, GATEWAY_PORT);
        // One after another, in the order of the compose file: four JVMs that start at once are slow on two cores.
        SERVICES.values().forEach(GenericContainer::start);
    }

    private static String redisUri(String user) {
        return "redis://" + user + ":" + PASSWORD + "@redis:6379";
    }

    private static Map<String, String> both(String kafkaUser, String redisUser) {
        Map<String, String> settings = new HashMap<>(KAFKA.settings(kafkaUser));
        settings.put("REDIS_URI", redisUri(redisUser));
        return settings;
    }

    private static void add(String module, Map<String, String> variables, Integer... ports) {
        Map<String, String> environment = new HashMap<>(variables);
        environment.put("PARTITIONS", PARTITIONS);
        GenericContainer<?> container = Images.container(module, NETWORK, environment);
        container.addExposedPorts(Images.MANAGEMENT_PORT);
        Stream.of(ports).forEach(container::addExposedPort);
        SERVICES.put(module, container);
    }

    @AfterAll
    static void stop() {
        SERVICES.values().forEach(GenericContainer::stop);
        REDIS.stop();
        KAFKA.stop();
        NETWORK.close();
    }

    @Test
    @Order(1)
    void shouldCountExactlyWhatWasAcceptedOnceForEachId() {
        for (int first = 0; first < EVENTS; first += BATCH) {
            JsonArray batch = new JsonArray();
            for (int i = first; i < first + BATCH; i++) {
                batch.add(new JsonObject()
                        .put("type", "api_call")
                        .put("id", "e" + i)
                        .put("user_id", "u" + i % 50)
                        .put("endpoint", "/e" + i % 4)
                        .put("status", 200));
            }
            // As a client does that has not got the answer.
            for (int times = 0; times < 2; times++) {
                assertThat(post(batch.encode()).getInteger("accepted")).isEqualTo(BATCH);
            }
        }

        // All records are judged before the counts are looked at: none can come later.
        await().atMost(PATIENCE).until(() -> counted("metric=events") >= 2 * EVENTS);
        await().atMost(PATIENCE).until(() -> counted("metric=calls") >= EVENTS);
        assertThat(counted("metric=calls")).isEqualTo(EVENTS);
        for (int i = 0; i < 4; i++) {
            assertThat(counted("metric=calls&dimension=endpoint&member=/e" + i)).isEqualTo(EVENTS / 4);
        }
    }

    @Test
    @Order(2)
    void shouldEraseAUser() {
        String clicks = "/api/v1/users/clicker/clicks";
        post("{\"type\":\"click\",\"id\":\"c1\",\"user_id\":\"clicker\",\"product_id\":\"p1\"}");
        await().atMost(PATIENCE).until(() -> clicksAt(clicks) == 1);

        answered(202, () -> question("/api/v1/users/clicker").DELETE());

        await().atMost(PATIENCE).until(() -> clicksAt(clicks) == 0);
    }

    @Test
    @Order(3)
    void shouldRebuildAndBalanceBySayOfTheCommandsImage() {
        assertThat(run("rebuild", both("rebuild", "rebuild"))).contains("generation 2 is live");
        assertThat(run("reconcile --date today --recount", both("reconcile", "query")))
                .contains("The books balance.");
    }

    /** @return what it wrote; its exit code was 0 */
    private static String run(String command, Map<String, String> settings) {
        try (GenericContainer<?> container = Images.hardened(Images.build("standalone"))
                .withNetwork(NETWORK)
                .withEnv(settings)
                .withCommand(command.split(" "))
                .withStartupCheckStrategy(new OneShotStartupCheckStrategy().withTimeout(PATIENCE))) {
            container.start();
            return container.getLogs();
        }
    }

    @Test
    @Order(4)
    void shouldHaveTheMetricsOfTheirService() throws Exception {
        Map<String, String> one = Map.of(
                "ingest-gateway", "tallystream_ingest_events_total",
                "stream-processor", "tallystream_processor_records_total",
                "redis-sink", "tallystream_sink_records_total",
                "query-api", "tallystream_query_live_listeners");
        for (Map.Entry<String, String> service : one.entrySet()) {
            GenericContainer<?> container = SERVICES.get(service.getKey());
            HttpResponse<String> metrics =
                    send(HttpRequest.newBuilder(uri(container, Images.MANAGEMENT_PORT, "/metrics")));
            assertThat(metrics.body()).contains("\n" + service.getValue());
        }
    }

    @Test
    @Order(5)
    void shouldTellMistakesInTheConfigurationAndEndWithExitCode2() {
        try (GenericContainer<?> gateway = Images.hardened(Images.build("ingest-gateway"))
                .withEnv("MAX_CONNECTIONS", "none")
                .withStartupCheckStrategy(new ExitedCheck())) {
            gateway.start();

            assertThat(gateway.getLogs())
                    .contains("INGEST_KEYS must be set.")
                    .contains("MAX_CONNECTIONS must be a number from 1 to 1000000. Found: none");
            assertThat(exitCode(gateway)).isEqualTo(2);
        }
    }

    @Test
    @Order(6)
    void shouldEndInOrderWhenAskedTo() {
        for (String service : List.of("ingest-gateway", "stream-processor", "redis-sink", "query-api")) {
            GenericContainer<?> container = SERVICES.get(service);
            container
                    .getDockerClient()
                    .stopContainerCmd(container.getContainerId())
                    .withTimeout(60)
                    .exec();

            assertThat(exitCode(container))
                    .as("%s: %s", service, container.getLogs())
                    .isZero();
        }
    }

    private static long exitCode(GenericContainer<?> container) {
        return container
                .getDockerClient()
                .inspectContainerCmd(container.getContainerId())
                .exec()
                .getState()
                .getExitCodeLong();
    }

    private static JsonObject post(String body) {
        return answered(
                202,
                () -> HttpRequest.newBuilder(uri(SERVICES.get("ingest-gateway"), GATEWAY_PORT, "/v1/events"))
                        .header("Authorization", "Bearer " + INGEST_KEY)
                        .header("Content-Type", "application/json")
                        .POST(BodyPublishers.ofString(body)));
    }

    /** As long as Kafka or Redis is slow, services ask with 503 to come again. */
    private static JsonObject answered(int status, Supplier<HttpRequest.Builder> request) {
        HttpResponse<String> answer =
                await().atMost(PATIENCE).until(() -> send(request.get()), any -> any.statusCode() != 503);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        return new JsonObject(answer.body());
    }

    private static long counted(String what) {
        return answered(200, () -> question("/api/v1/stats/trend?range=day&" + what)).getJsonArray("data").stream()
                .mapToLong(day -> ((JsonObject) day).getLong("count"))
                .sum();
    }

    private static long clicksAt(String path) {
        return answered(200, () -> question(path)).getLong("clicks");
    }

    private static HttpRequest.Builder question(String path) {
        return HttpRequest.newBuilder(uri(SERVICES.get("query-api"), QUERY_PORT, path))
                .header("Authorization", "Bearer " + ADMIN_TOKEN);
    }

    private static URI uri(GenericContainer<?> container, int port, String path) {
        return URI.create("http://" + container.getHost() + ":" + container.getMappedPort(port) + path);
    }

    private static HttpResponse<String> send(HttpRequest.Builder request) throws IOException, InterruptedException {
        return CLIENT.send(request.timeout(Duration.ofMinutes(1)).build(), BodyHandlers.ofString());
    }
}
