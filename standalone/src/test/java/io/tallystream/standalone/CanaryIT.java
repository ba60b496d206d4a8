package io.tallystream.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import com.sun.net.httpserver.HttpServer;
import io.lettuce.core.KillArgs;
import io.lettuce.core.RedisClient;
import io.lettuce.core.api.StatefulRedisConnection;
import io.tallystream.runtime.security.ApiKey;
import io.tallystream.runtime.security.KeyFile;
import io.tallystream.runtime.security.KeyScope;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Date;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** No secret and no user is in a line that the program writes, whatever is done with them. */
class CanaryIT {
    private static final Duration LIMIT = Duration.ofSeconds(90);
    private static final String ADMIN = "canary-admin-token-5b2e";
    private static final String INGEST = "canary-ingest-key-5b2e";
    private static final String READ = "canary-read-key-5b2e";
    private static final String WEBHOOK_SECRET = "canary-webhook-secret-5b2e";
    private static final String WEBHOOK_PATH = "canary-webhook-path-5b2e";
    private static final String WRONG = "canary-wrong-login-5b2e";
    private static final String USER = "canary-user-5b2e";
    private static final String SUBJECT = "canary-subject-5b2e";

    @TempDir
    private Path folder;

    private final HttpClient client = HttpClient.newHttpClient();
    private final List<String> canaries =
            new ArrayList<>(List.of(ADMIN, INGEST, READ, WEBHOOK_SECRET, WEBHOOK_PATH, WRONG, USER, SUBJECT));
    private HttpServer issuer;
    private RSAKey signingKey;

    @BeforeEach
    void startIssuer() throws Exception {
        signingKey = new RSAKeyGenerator(2048).keyID("rsa").generate();
        byte[] keys = new JWKSet(signingKey).toString(true).getBytes(StandardCharsets.UTF_8);
        issuer = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        issuer.createContext("/keys", exchange -> {
            exchange.sendResponseHeaders(200, keys.length);
            exchange.getResponseBody().write(keys);
            exchange.close();
        });
        issuer.start();
    }

    @AfterEach
    void stopIssuer() {
        issuer.stop(0);
    }

    private String issuerUrl() {
        return "http://127.0.0.1:" + issuer.getAddress().getPort();
    }

    private String token() throws Exception {
        SignedJWT jwt = new SignedJWT(
                new JWSHeader.Builder(JWSAlgorithm.RS256).keyID("rsa").build(),
                new JWTClaimsSet.Builder()
                        .issuer(issuerUrl())
                        .audience("tallystream")
                        .subject(SUBJECT)
                        .claim("scope", "tallystream:read")
                        .expirationTime(Date.from(Instant.now().plusSeconds(3600)))
                        .build());
        jwt.sign(new RSASSASigner(signingKey));
        return jwt.serialize();
    }

    private Map<String, String> variables(String level, String format) {
        Map<String, String> variables = new HashMap<>();
        variables.put("LOG_LEVEL", level);
        variables.put("LOG_FORMAT", format);
        variables.put("ADMIN_TOKEN", ADMIN);
        variables.put("INGEST_KEYS", "canaries=" + INGEST);
        variables.put("OIDC_ISSUER", issuerUrl());
        variables.put("OIDC_AUDIENCE", "tallystream");
        variables.put("OIDC_JWKS_URI", issuerUrl() + "/keys");
        // Where nothing listens.
        variables.put("REPORT_WEBHOOK_URL", "http://127.0.0.1:1/" + WEBHOOK_PATH);
        variables.put("REPORT_WEBHOOK_SECRET", WEBHOOK_SECRET);
        return variables;
    }

    @ParameterizedTest
    @ValueSource(strings = {"info text", "debug json"})
    void shouldLogNoSecretAndNoUser(String logs) throws Exception {
        new KeyFile(folder.resolve("keys.json"))
                .add(new ApiKey(
                        "reader", KeyScope.READ, ApiKey.digestOf(READ), OptionalInt.empty(), Set.of(), Instant.EPOCH));
        try (Tallystream program =
                Tallystream.ready(folder, variables(logs.split(" ", 2)[0], logs.split(" ", 2)[1]), "start")) {
            canaries.add(program.secret("redis-password"));
            String query = program.printed("Dashboard +(http://\\S+)/");
            String ingest = program.printed("curl .* (http://\\S+)/v1/events");

            sendEvents(ingest);
            produceEvents(program.kafka());
            signIn(query);
            askAsReader(query);
            askWrongly(query);
            awaitOutcomes(query);
            breakConnections(program);
            awaitOutcomes(query);
            askAsReader(query);
            await().atMost(LIMIT).until(() -> program.errors().contains("was not reached with the report"));
            program.interrupt();
            assertThat(program.exitCode(LIMIT)).isZero();

            assertThat(canaries).hasSizeGreaterThan(10);
            assertThat(program.errors()).isNotBlank();
            assertThat(canaries).allSatisfy(canary -> {
                assertThat(program.output()).doesNotContain(canary);
                assertThat(program.errors().lines().filter(line -> line.contains(canary)))
                        .as("lines with %s", canary)
                        .isEmpty();
            });
            assertThat(logFiles()).isEmpty();
        }
    }

    /** Beside what Kafka calls its logs, which hold the events. */
    private List<Path> logFiles() throws IOException {
        Path kafka = folder.resolve("kafka");
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(file -> !file.startsWith(kafka) && Files.isRegularFile(file))
                    .filter(file -> file.getFileName().toString().matches("(?i).*\\.(log|out|err)"))
                    .filter(file -> !file.toString().contains("rocksdb"))
                    .toList();
        }
    }

    private void sendEvents(String ingest) throws Exception {
        String good =
                "{\"type\":\"click\",\"product_id\":\"p1\",\"user_id\":\"" + USER + "\",\"id\":\"" + USER + "-1\"}";
        List<String> bodies = List.of(
                good,
                "[" + good + "," + good.replace("product_id", "unknown") + "]",
                good.replace("click", USER),
                good.replace("}", ",\"time\":\"2001-01-01T00:00:00Z\"}"),
                good.replace("}", ",\"time\":\"2999-01-01T00:00:00Z\"}"),
                good.replace("}", ",\"time\":\"" + USER + "\"}"),
                good.substring(0, good.length() - 3),
                good.replace("p1", USER + "x".repeat(300)),
                "{\"type\":\"api_call\",\"endpoint\":\"/users/" + USER + "?token=" + WRONG + "\",\"status\":\"" + USER
                        + "\"}",
                "[" + (good + ",").repeat(10_001) + good + "]",
                good.replace("p1", "x".repeat(1_100_000)));
        for (String body : bodies) {
            for (String type : List.of("application/json", "application/x-ndjson", "application/cloudevents+json")) {
                assertThat(post(ingest + "/v1/events", type, body, "Authorization", "Bearer " + INGEST)
                                .statusCode())
                        .isLessThan(500);
            }
        }
        assertThat(post(ingest + "/v1/events", "application/json", good, "Authorization", "Bearer " + WRONG)
                        .statusCode())
                .isEqualTo(401);
        assertThat(post(ingest + "/v1/events?key=" + WRONG, "application/json", good, "X-API-Key", READ)
                        .statusCode())
                .isEqualTo(403);
        assertThat(post(ingest + "/" + USER + "/" + WRONG, "application/json", good, "X-API-Key", INGEST)
                        .statusCode())
                .isEqualTo(404);
    }

    private void produceEvents(String kafka) throws Exception {
        String good = "{\"type\":\"click\",\"product_id\":\"p1\",\"user_id\":\"" + USER + "\"}";
        Map<String, Object> settings = Map.of(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, kafka);
        try (KafkaProducer<String, String> producer =
                new KafkaProducer<>(settings, new StringSerializer(), new StringSerializer())) {
            for (String value : List.of(
                    good,
                    USER + " is not JSON",
                    "{\"user_id\":\"" + USER + "\"",
                    good.replace("click", USER),
                    good.replace("}", ",\"time\":\"2001-01-01T00:00:00Z\"}"),
                    good.replace("}", ",\"time\":\"2999-01-01T00:00:00Z\"}"))) {
                // With another key than the owner's, it is sent on.
                producer.send(new ProducerRecord<>("user-actions", USER, value)).get();
                producer.send(new ProducerRecord<>("user-actions", "another", value))
                        .get();
            }
        }
    }

    private void signIn(String query) throws Exception {
        String session = query + "/api/v1/session";
        for (String secret : List.of(ADMIN, READ, token())) {
            HttpResponse<String> response = post(
                    session,
                    "application/json",
                    new JsonObject().put("token", secret).encode(),
                    "X-A",
                    "b");
            assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
            String cookie =
                    response.headers().firstValue("Set-Cookie").orElseThrow().split(";", 2)[0];
            canaries.add(secret);
            canaries.add(cookie.split("=", 2)[1]);
            canaries.add(new JsonObject(response.body()).getString("csrf_token"));
            assertThat(get(query + "/api/v1/users/" + USER, "Cookie", cookie).statusCode())
                    .isEqualTo(200);
            assertThat(post(
                                    query + "/api/v1/reports/daily/" + LocalDate.now(ZoneOffset.UTC),
                                    "a/b",
                                    "",
                                    "Cookie",
                                    cookie)
                            .statusCode())
                    .isEqualTo(403);
        }
        for (String body : List.of(
                "{\"token\":\"" + WRONG + "\"}",
                "{\"code\":\"" + WRONG + "\"}",
                "{\"" + WRONG + "\":\"" + WRONG + "\"}",
                "{\"token\":\"" + WRONG,
                "{\"token\":\"" + WRONG.repeat(1_000) + "\"}")) {
            assertThat(post(session, "application/json", body, "Cookie", "tallystream_session=" + WRONG)
                            .statusCode())
                    .isBetween(400, 499);
        }
        assertThat(post(
                                query + "/api/v1/reports/daily/" + LocalDate.now(ZoneOffset.UTC),
                                "application/json",
                                "",
                                "Authorization",
                                "Bearer " + ADMIN)
                        .statusCode())
                .isEqualTo(200);
    }

    private void askAsReader(String query) throws Exception {
        for (String credential : List.of(READ, token())) {
            canaries.add(credential);
            for (String path : List.of(
                    "/api/v1/users/" + USER,
                    "/api/v1/users/" + USER + "/clicks",
                    "/user/" + USER + "/clicks",
                    "/api/v1/stats/trend?metric=clicks&dimension=user&granularity=day&from=2026-01-01&member=" + USER,
                    "/api/v1/stats/trend?range=" + USER,
                    "/api/v1/stats/trend?" + USER + "=" + WRONG,
                    "/api/v1/products/" + USER,
                    "/api/v1/users/" + USER + "%00",
                    "/api/v1/users/" + USER + "/nothing",
                    "/" + USER)) {
                assertThat(get(query + path, "Authorization", "Bearer " + credential)
                                .statusCode())
                        .as(path)
                        .isLessThan(500);
            }
        }
    }

    private void askWrongly(String query) throws Exception {
        String overview = query + "/api/v1/stats/overview";
        String forged = token();
        canaries.add(forged + "A");
        for (String value : List.of("Bearer " + WRONG, "Basic " + WRONG, WRONG, "Bearer " + forged + "A")) {
            assertThat(get(overview, "Authorization", value).statusCode()).isEqualTo(401);
        }
        assertThat(get(overview + "?token=" + WRONG, "X-API-Key", WRONG).statusCode())
                .isEqualTo(401);
        // A key of the gateway alone.
        assertThat(get(overview, "X-API-Key", INGEST).statusCode()).isEqualTo(401);
        for (String head : List.of(
                "GET /" + USER + "?token=" + WRONG + " HTTP/1.1\r\n" + WRONG + "\r\n\r\n",
                WRONG + "\r\n\r\n",
                "GET /" + WRONG.repeat(500) + " HTTP/1.1\r\n\r\n",
                "GET /%" + WRONG + " HTTP/1.1\r\nHost: a\r\nAuthorization: " + WRONG
                        + "\r\nConnection: close\r\n\r\n")) {
            URI server = URI.create(query);
            try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.getPort())) {
                socket.setSoTimeout(30_000);
                socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
                assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                        .matches("(?s)HTTP/1\\.[01] 4.*");
            }
        }
    }

    /** What was produced has been judged. */
    private void awaitOutcomes(String query) {
        await().atMost(LIMIT)
                .ignoreExceptions()
                .untilAsserted(() -> assertThat(get(
                                        query + "/api/v1/stats/top?metric=events&dimension=outcome",
                                        "Authorization",
                                        "Bearer " + READ)
                                .body())
                        .contains("accepted", "invalid", "late", "future"));
    }

    private static void breakConnections(Tallystream program) {
        RedisClient redis = RedisClient.create(program.redisUri());
        try (StatefulRedisConnection<String, String> connection = redis.connect()) {
            assertThat(connection
                            .sync()
                            .clientKill(KillArgs.Builder.typeNormal().skipme(true)))
                    .isPositive();
        } finally {
            redis.shutdown(Duration.ZERO, Duration.ofSeconds(2));
        }
    }

    private HttpResponse<String> get(String url, String header, String value) throws Exception {
        return send(HttpRequest.newBuilder(URI.create(url)).header(header, value));
    }

    private HttpResponse<String> post(String url, String type, String body, String header, String value)
            throws Exception {
        return send(HttpRequest.newBuilder(URI.create(url))
                .header("Content-Type", type)
                .header(header, value)
                .POST(BodyPublishers.ofString(body)));
    }

    private HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
        return client.send(request.timeout(LIMIT).build(), BodyHandlers.ofString());
    }
}
