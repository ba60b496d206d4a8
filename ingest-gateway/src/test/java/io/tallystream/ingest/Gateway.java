package io.tallystream.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.tallystream.runtime.config.Environment;
import io.tallystream.runtime.lifecycle.ServiceContext;
import io.tallystream.runtime.management.Health;
import io.tallystream.runtime.management.HealthChecks;
import io.vertx.core.Vertx;
import io.vertx.ext.web.Route;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/** A running gateway, and a client that sends to it. */
final class Gateway implements AutoCloseable {
    static final String KEY = "0123456789-test-key";
    static final String EVENTS = "/v1/events";

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final HealthChecks health = new HealthChecks();
    private final IngestApplication application;
    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private Gateway(Map<String, String> variables) {
        application = new IngestApplication(
                new Environment(variables).read(IngestConfig::from), new ServiceContext(meters, health, failure -> {}));
    }

    static Gateway start(String bootstrapServers, Map<String, String> more) throws InterruptedException {
        Map<String, String> variables = new HashMap<>(Map.of(
                "INGEST_PORT",
                "0",
                "INGEST_KEYS",
                "other=9876543210-other-key,test=" + KEY,
                "KAFKA_BOOTSTRAP_SERVERS",
                bootstrapServers));
        variables.putAll(more);
        Gateway gateway = new Gateway(variables);
        gateway.application.start();
        return gateway;
    }

    Gateway awaitUp() {
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(health().up()).isTrue());
        return this;
    }

    Gateway awaitDownBecauseOf(String reason) {
        await().atMost(PATIENCE).untilAsserted(() -> {
            assertThat(health().up()).isFalse();
            assertThat(health().detail()).contains(reason);
        });
        return this;
    }

    Health health() {
        return health.results().get("ingest-kafka");
    }

    double bytesUnderWay() {
        return meters.get("tallystream.ingest.under.way").gauge().value();
    }

    double events(String result) {
        return meters.get("tallystream.ingest.events")
                .tag("result", result)
                .counter()
                .count();
    }

    double rejections(String reason) {
        Counter counter = meters.find("tallystream.ingest.rejections")
                .tag("reason", reason)
                .counter();
        return counter == null ? 0 : counter.count();
    }

    double bodyBytes() {
        return meters.get("tallystream.ingest.bodies").gauge().value();
    }

    double requestsUnderWay() {
        return meters.get("tallystream.ingest.requests.under.way").gauge().value();
    }

    /** How many different ones there are. */
    int meters() {
        return meters.getMeters().size();
    }

    double connections() {
        return meters.get("tallystream.ingest.connections").gauge().value();
    }

    double answers(int status) {
        Counter counter = meters.find("tallystream.ingest.requests")
                .tag("status", Integer.toString(status))
                .counter();
        return counter == null ? 0 : counter.count();
    }

    /** As an event loop has them. */
    List<Route> routes(Vertx vertx) {
        return application.routes(vertx).getRoutes();
    }

    int port() {
        return application.port();
    }

    /** With neither key nor type. */
    HttpRequest.Builder bare(String path) {
        return HttpRequest.newBuilder(uri(path)).timeout(PATIENCE);
    }

    URI uri(String path) {
        return URI.create("http://127.0.0.1:" + application.port() + path);
    }

    HttpRequest.Builder request(String path) {
        return bare(path).header("Authorization", "Bearer " + KEY).header("Content-Type", "application/json");
    }

    HttpRequest posting(String json) {
        return request(EVENTS).POST(BodyPublishers.ofString(json)).build();
    }

    HttpResponse<String> send(HttpRequest request) throws IOException, InterruptedException {
        return client.send(request, BodyHandlers.ofString());
    }

    HttpResponse<String> post(String json) throws IOException, InterruptedException {
        return send(posting(json));
    }

    CompletableFuture<HttpResponse<String>> postAsync(String json) {
        return sendAsync(posting(json));
    }

    CompletableFuture<HttpResponse<String>> sendAsync(HttpRequest request) {
        return client.sendAsync(request, BodyHandlers.ofString());
    }

    @Override
    public void close() {
        application.close();
    }
}
