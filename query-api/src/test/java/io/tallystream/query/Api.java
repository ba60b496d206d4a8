package io.tallystream.query;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.tallystream.query.oidc.OidcConfig;
import io.tallystream.query.report.Webhook;
import io.tallystream.runtime.config.KeySources;
import io.tallystream.runtime.lifecycle.ServiceContext;
import io.tallystream.runtime.limit.AddressRanges;
import io.tallystream.runtime.management.Health;
import io.tallystream.runtime.management.HealthChecks;
import io.tallystream.runtime.security.ApiKey;
import io.tallystream.runtime.security.ApiKeys;
import io.tallystream.runtime.security.KeyScope;
import io.tallystream.schema.count.Retention;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/** A running query API at a fixed time, and a client that asks it. */
final class Api implements AutoCloseable {
    static final String TOKEN = "0123456789-test-token";
    static final Duration LATENESS = Duration.ofHours(1);

    static final Retention RETENTION =
            new Retention(Duration.ofDays(7), Duration.ofDays(30), Duration.ofDays(365), Duration.ofDays(30));

    static final Duration SESSION_LIFETIME = Duration.ofHours(12);

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    /** Of a key that may ask, and no more. */
    static final String READ_KEY = "0123456789-test-reader";

    private static final KeySources KEYS = new KeySources(
            ApiKeys.of("admin", KeyScope.ADMIN, TOKEN)
                    .and(List.of(new ApiKey(
                            "reader",
                            KeyScope.READ,
                            ApiKey.digestOf(READ_KEY),
                            OptionalInt.empty(),
                            Set.of(),
                            Instant.EPOCH))),
            Path.of("target", "no-such-keys"));

    /**
     * Who may ask, and from where.
     *
     * @param keys that may ask
     * @param proxies that are believed
     * @param oidc whose tokens may ask
     */
    record Access(KeySources keys, String proxies, Duration sessionLifetime, Optional<OidcConfig> oidc) {
        static final Access DEFAULT = new Access(KEYS, "", SESSION_LIFETIME, Optional.empty());
    }

    private final MeterRegistry meters = new SimpleMeterRegistry();
    private final HealthChecks health = new HealthChecks();
    private final QueryApplication application;
    private boolean closed;
    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private Api(QueryConfig config, Clock clock) {
        application = new QueryApplication(config, new ServiceContext(meters, health, failure -> {}), clock);
    }

    static Api start(String redisUri, String prefix, ZoneId zone, Instant now) throws InterruptedException {
        return start(redisUri, prefix, zone, Clock.fixed(now, ZoneOffset.UTC), Optional.empty());
    }

    static Api start(String redisUri, String prefix, ZoneId zone, Clock clock, Optional<Webhook> webhook)
            throws InterruptedException {
        return start(redisUri, prefix, zone, clock, webhook, Access.DEFAULT);
    }

    static Api start(String redisUri, String prefix, ZoneId zone, Clock clock, Optional<Webhook> webhook, Access access)
            throws InterruptedException {
        QueryConfig config = new QueryConfig(
                "127.0.0.1",
                0,
                access.keys(),
                AddressRanges.parse(access.proxies()),
                redisUri,
                prefix,
                zone,
                LATENESS,
                RETENTION,
                4,
                access.sessionLifetime(),
                access.oidc(),
                8080,
                webhook);
        Api api = new Api(config, clock);
        api.application.start();
        return api;
    }

    /** What a counter stands at. */
    int count(String name) {
        return (int) meters.get(name).counter().count();
    }

    /** What a gauge shows. */
    int gauge(String name) {
        return (int) meters.get(name).gauge().value();
    }

    Api awaitUp() {
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(health().up()).isTrue());
        return this;
    }

    void awaitDown() {
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(health().up()).isFalse());
    }

    Health health() {
        return health.results().get("query-redis");
    }

    /** How many listen to the live feed. */
    int listeners() {
        return (int) meters.get("tallystream.query.live.listeners").gauge().value();
    }

    String makeLoginCode(String secret) {
        return application.makeLoginCode(secret).toCompletableFuture().join();
    }

    int port() {
        return application.port();
    }

    /** Without a token. */
    HttpRequest.Builder bare(String path) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + application.port() + path))
                .timeout(PATIENCE);
    }

    HttpRequest.Builder request(String path) {
        return bare(path).header("Authorization", "Bearer " + TOKEN);
    }

    HttpResponse<String> send(HttpRequest request) throws IOException, InterruptedException {
        return client.send(request, BodyHandlers.ofString());
    }

    HttpResponse<String> get(String path) throws IOException, InterruptedException {
        return send(request(path).build());
    }

    CompletableFuture<HttpResponse<String>> getAsync(String path) {
        return sendAsync(request(path).build());
    }

    CompletableFuture<HttpResponse<String>> sendAsync(HttpRequest request) {
        return client.sendAsync(request, BodyHandlers.ofString());
    }

    /** What is answered with 200. */
    String answer(String path) throws IOException, InterruptedException {
        HttpResponse<String> response = get(path);
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        assertThat(response.headers().firstValue("Content-Type")).contains("application/json");
        assertThat(response.headers().firstValue("Cache-Control")).contains("no-store");
        return response.body();
    }

    JsonObject json(String path) throws IOException, InterruptedException {
        return new JsonObject(answer(path));
    }

    /** What is answered with 200 as CSV. */
    String csv(String path) throws IOException, InterruptedException {
        HttpResponse<String> response = get(path);
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        assertThat(response.headers().firstValue("Content-Type")).contains("text/csv; charset=utf-8; header=present");
        return response.body();
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            application.close();
        }
    }
}
