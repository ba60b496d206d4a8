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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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
import org.testcontainers.kafka.KafkaContainer;
import org.testcontainers.lifecycle.Startables;
import org.testcontainers.utility.DockerImageName;

/** The services' images do beside Kafka and Redis in containers what their jars do. One set of them, for all tests in their order. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ImagesIT {
    private static final String INGEST_KEY = "tsi_0123456789abcdef";
    private static final String ADMIN_TOKEN = "tsa_0123456789abcdef";
    private static final int EVENTS = 2_000;
    private static final int BATCH = 500;
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final int GATEWAY_PORT = 8080;
    private static final int QUERY_PORT = 8081;

    private static final Network NETWORK = Network.newNetwork();
    private static final Map<String, String> SERVERS = Map.of(
            "KAFKA_BOOTSTRAP_SERVERS", "kafka:19092",
            "REDIS_URI", "redis://:of-this-test@redis:6379",
            "PARTITIONS", "3");
    private static final KafkaContainer KAFKA = new KafkaContainer(DockerImageName.parse("apache/kafka:4.3.1"))
            .withNetwork(NETWORK)
            .withListener("kafka:19092")
            .withEnv("KAFKA_AUTO_CREATE_TOPICS_ENABLE", "false")
            .withStartupTimeout(Images.PATIENCE);

    @SuppressWarnings("resource") // Closed in stop().
    private static final GenericContainer<?> REDIS = new GenericContainer<>(DockerImageName.parse("redis:7"))
            .withNetwork(NETWORK)
            .withNetworkAliases("redis")
            .withExposedPorts(6379)
            .withCommand("redis-server", "--requirepass", "of-this-test", "--maxmemory-policy", "noeviction");

    private static final Map<String, GenericContainer<?>> SERVICES = new LinkedHashMap<>();
    private static final HttpClient CLIENT =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    @BeforeAll
    static void start() {
        Startables.deepStart(KAFKA, REDIS).join();
        add("stream-processor", Map.of());
        add("redis-sink", Map.of());
        add("query-api", Map.of("ADMIN_TOKEN", ADMIN_TOKEN), QUERY_PORT);
        add("ingest-gateway", Map.of("INGEST_KEYS", "test=" + INGEST_KEY), GATEWAY_PORT);
        Startables.deepStart(SERVICES.values()).join();
    }

    private static void add(String module, Map<String, String> variables, Integer... ports) {
        Map<String, String> environment = new LinkedHashMap<>(SERVERS);
        environment.putAll(variables);
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
    void shouldCountExactlyWhatWasAcceptedOnceForEachId() throws Exception {
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
                HttpResponse<String> response = post(batch.encode());
                assertThat(response.statusCode()).as(response.body()).isEqualTo(202);
                assertThat(new JsonObject(response.body()).getInteger("accepted")).isEqualTo(BATCH);
            }
        }

        // All records are judged before the counts are looked at: none can come later.
        await().atMost(PATIENCE).until(() -> counted("metric=events") == 2 * EVENTS);
        await().atMost(PATIENCE).until(() -> counted("metric=calls") >= EVENTS);
        assertThat(counted("metric=calls")).isEqualTo(EVENTS);
        for (int i = 0; i < 4; i++) {
            assertThat(counted("metric=calls&dimension=endpoint&member=/e" + i)).isEqualTo(EVENTS / 4);
        }
    }

    @Test
    @Order(2)
    void shouldBalanceBySayOfTheCommandsImage() {
        try (GenericContainer<?> command = Images.hardened(Images.build("standalone"))
                .withNetwork(NETWORK)
                .withEnv(SERVERS)
                .withCommand("reconcile", "--date", "today", "--recount")
                .withStartupCheckStrategy(new OneShotStartupCheckStrategy().withTimeout(PATIENCE))) {
            command.start();

            assertThat(command.getLogs()).contains("The books balance.");
        }
    }

    @Test
    @Order(3)
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
    @Order(4)
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
    @Order(5)
    void shouldEndInOrderWhenAskedTo() {
        for (String service : List.of("ingest-gateway", "stream-processor", "redis-sink", "query-api")) {
            GenericContainer<?> container = SERVICES.get(service);
            container
                    .getDockerClient()
                    .stopContainerCmd(container.getContainerId())
                    .withTimeout(60)
                    .exec();

            assertThat(exitCode(container)).as("%s: %s", service, container.getLogs()).isZero();
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

    private static HttpResponse<String> post(String body) throws IOException, InterruptedException {
        return send(HttpRequest.newBuilder(uri(SERVICES.get("ingest-gateway"), GATEWAY_PORT, "/v1/events"))
                .header("Authorization", "Bearer " + INGEST_KEY)
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(body)));
    }

    private static long counted(String what) throws IOException, InterruptedException {
        HttpResponse<String> answer = send(HttpRequest.newBuilder(
                        uri(SERVICES.get("query-api"), QUERY_PORT, "/api/v1/stats/trend?range=day&" + what))
                .header("Authorization", "Bearer " + ADMIN_TOKEN));
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return new JsonObject(answer.body())
                .getJsonArray("data").stream()
                        .mapToLong(day -> ((JsonObject) day).getLong("count"))
                        .sum();
    }

    private static URI uri(GenericContainer<?> container, int port, String path) {
        return URI.create("http://" + container.getHost() + ":" + container.getMappedPort(port) + path);
    }

    private static HttpResponse<String> send(HttpRequest.Builder request) throws IOException, InterruptedException {
        return CLIENT.send(request.timeout(Duration.ofSeconds(20)).build(), BodyHandlers.ofString());
    }
}
