package io.tallystream.query;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.tallystream.embedded.EmbeddedRedis;
import io.tallystream.embedded.junit.WithRedis;
import io.tallystream.query.contract.ApiContract;
import io.tallystream.query.contract.Operation;
import io.tallystream.query.oidc.Issuer;
import io.tallystream.runtime.config.KeySources;
import io.tallystream.runtime.security.ApiKey;
import io.tallystream.runtime.security.ApiKeys;
import io.tallystream.runtime.security.KeyFile;
import io.tallystream.runtime.security.KeyScope;
import io.tallystream.schema.erasure.ErasureRequest;
import io.tallystream.schema.redis.CountKeys;
import io.vertx.core.json.JsonObject;
import java.io.InputStream;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Every operation of the contract, asked with every kind of credential: a new one is here before anybody thinks of it. */
@WithRedis
@Timeout(240)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class CredentialMatrixIT {
    private static final Instant NOW = WithApi.NOW;
    private static final String WRONG = "0123456789-wrong-key";
    private static final String REVOKED = "0123456789-test-revoked";
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    /** What stands for the parameters of paths and for those that are required. */
    private static final Map<String, String> VALUES =
            Map.of("id", "u1", "date", "2026-11-20", "dimension", "endpoint", "endpoint", "/api/weather");

    private static final ApiContract CONTRACT = ApiContract.load();

    private final String prefix = "test-" + UUID.randomUUID();
    private final HttpClient client = HttpClient.newHttpClient();
    private JsonNode paths;
    private Counts counts;
    private Issuer issuer;
    private Api api;
    private int requests;

    @TempDir
    private static Path folder;

    private enum Credential {
        NONE,
        WRONG_KEY,
        REVOKED_KEY,
        INGEST_KEY,
        COLLECT_KEY,
        READ_KEY,
        ADMIN_TOKEN,
        EXPIRED_SESSION,
        READ_SESSION,
        ADMIN_SESSION_WITHOUT_CSRF,
        ADMIN_SESSION,
        READ_JWT,
        ADMIN_JWT,
        TAMPERED_JWT;

        private static final Set<Credential> WORTHLESS =
                EnumSet.of(NONE, WRONG_KEY, REVOKED_KEY, EXPIRED_SESSION, TAMPERED_JWT);
        private static final Set<Credential> FOR_SOMETHING_ELSE = EnumSet.of(INGEST_KEY, COLLECT_KEY);
        private static final Set<Credential> SESSIONS =
                EnumSet.of(READ_SESSION, ADMIN_SESSION_WITHOUT_CSRF, ADMIN_SESSION);
        private static final Set<Credential> READERS = EnumSet.of(READ_KEY, READ_SESSION, READ_JWT);
    }

    @BeforeAll
    void start(EmbeddedRedis redis) throws Exception {
        paths = new YAMLMapper().readTree(CONTRACT.text()).path("paths");
        counts = new Counts(redis, prefix);
        issuer = Issuer.start();
        KeyFile keys = new KeyFile(folder.resolve("keys.json"));
        for (KeyScope scope : List.of(KeyScope.INGEST, KeyScope.COLLECT, KeyScope.READ)) {
            keys.add(key(scope.wireName(), scope, secret(scope)));
        }
        keys.add(key("revoked", KeyScope.ADMIN, REVOKED));
        // Each request from an address of its own, or the wrong ones would be held up.
        Api.Access access = new Api.Access(
                new KeySources(ApiKeys.of("admin", KeyScope.ADMIN, Api.TOKEN), keys.path()),
                "127.0.0.1",
                Api.SESSION_LIFETIME,
                Optional.of(issuer.config()));
        api = Api.start(
                        redis.uri(),
                        prefix,
                        ZoneId.of("UTC"),
                        Clock.fixed(NOW, ZoneOffset.UTC),
                        Optional.empty(),
                        access)
                .awaitUp();
        keys.remove("revoked");
        await().atMost(PATIENCE).until(() -> statusOf("X-API-Key", REVOKED) == 401);
        await().atMost(PATIENCE).until(() -> statusOf("X-API-Key", issuer.token(NOW, "tallystream:read")) == 200);
        // So that there is a report to ask for.
        assertThat(api.send(api.request("/api/v1/reports/daily/2026-11-20")
                                .POST(BodyPublishers.noBody())
                                .build())
                        .statusCode())
                .isEqualTo(200);
    }

    @AfterAll
    void stop() {
        api.close();
        issuer.close();
        counts.close();
    }

    private static ApiKey key(String name, KeyScope scope, String secret) {
        return new ApiKey(
                name,
                scope,
                ApiKey.digestOf(secret),
                OptionalInt.empty(),
                scope == KeyScope.COLLECT ? Set.of("https://shop.example") : Set.of(),
                Instant.EPOCH);
    }

    private static String secret(KeyScope scope) {
        return scope.prefix() + "_0123456789abcdef";
    }

    private int statusOf(String header, String value) throws Exception {
        return api.send(api.bare(WithApi.OVERVIEW).header(header, value).build())
                .statusCode();
    }

    static Stream<Arguments> cells() {
        return CONTRACT.operations().stream()
                .flatMap(operation -> Arrays.stream(Credential.values())
                        .map(credential -> Arguments.of(operation.id(), credential, operation)));
    }

    @ParameterizedTest(name = "{0} with {1}")
    @MethodSource("cells")
    void shouldAnswerEachOperationToEachCredentialAsItShould(String id, Credential credential, Operation operation)
            throws Exception {
        HttpRequest request = present(credential, ask(operation)).build();

        CompletableFuture<HttpResponse<InputStream>> sent = client.sendAsync(request, BodyHandlers.ofInputStream());
        Optional<String> refusal = refusal(operation, credential);
        if (id.equals("eraseUser") && refusal.isEmpty()) {
            takeErasure();
        }

        HttpResponse<InputStream> response = sent.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);

        // Some answers never end.
        try (InputStream body = response.body()) {
            if (refusal.isPresent()) {
                JsonObject problem = new JsonObject(new String(body.readAllBytes(), StandardCharsets.UTF_8));
                assertThat(response.statusCode() + " "
                                + problem.getString("type").replace("urn:tallystream:problem:", ""))
                        .isEqualTo(refusal.get());
                assertThat(response.headers().firstValue("Set-Cookie")).isEmpty();
            } else {
                assertThat(response.statusCode()).isEqualTo(successOf(operation));
            }
        }
    }

    /** As the sink does, for which the answer waits. */
    private void takeErasure() {
        String pending = CountKeys.erasures(prefix);
        await().atMost(PATIENCE)
                .until(() -> counts.redis().smembers(pending), members -> !members.isEmpty())
                .forEach(member -> {
                    ErasureRequest request = ErasureRequest.ofMember(member).orElseThrow();
                    counts.redis().set(CountKeys.erasureTaken(prefix, request.id()), "1");
                    counts.redis().srem(pending, member);
                });
    }

    /** How it is refused; empty if it is not. */
    private Optional<String> refusal(Operation operation, Credential credential) {
        JsonNode security = contractOf(operation).path("security");
        boolean isPublic = security.isArray() && security.isEmpty();
        boolean isOfSessions = security.toString().equals("[{\"session\":[]}]");
        boolean isUnsafe = !operation.method().equals("GET");
        if (isPublic) {
            return Optional.empty();
        }
        if (Credential.WORTHLESS.contains(credential)) {
            return Optional.of("401 unauthorized");
        }
        if (Credential.FOR_SOMETHING_ELSE.contains(credential)) {
            return Optional.of("403 forbidden");
        }
        if (isOfSessions && !Credential.SESSIONS.contains(credential)) {
            return Optional.of("401 unauthorized");
        }
        if (isUnsafe && credential == Credential.ADMIN_SESSION_WITHOUT_CSRF) {
            return Optional.of("403 csrf");
        }
        return isUnsafe && !isOfSessions && Credential.READERS.contains(credential)
                ? Optional.of("403 forbidden")
                : Optional.empty();
    }

    private JsonNode contractOf(Operation operation) {
        return paths.path(operation.path()).path(operation.method().toLowerCase(Locale.ROOT));
    }

    /** The one status that is not an error. */
    private int successOf(Operation operation) {
        Iterable<String> statuses =
                () -> contractOf(operation).path("responses").fieldNames();
        return StreamSupport.stream(statuses.spliterator(), false)
                .filter(status -> status.startsWith("2"))
                .mapToInt(Integer::parseInt)
                .findFirst()
                .orElseThrow();
    }

    private HttpRequest.Builder ask(Operation operation) {
        StringBuilder query = new StringBuilder();
        String path = operation.path();
        for (var parameter : operation.parameters()) {
            String value = VALUES.getOrDefault(parameter.name(), "");
            if (path.contains("{" + parameter.name() + "}")) {
                assertThat(value).as("a value for " + parameter.name()).isNotEmpty();
                path = path.replace("{" + parameter.name() + "}", value);
            } else if (parameter.required()) {
                assertThat(value).as("a value for " + parameter.name()).isNotEmpty();
                query.append(query.isEmpty() ? '?' : '&')
                        .append(parameter.name())
                        .append('=')
                        .append(value);
            }
        }
        boolean hasBody = contractOf(operation).has("requestBody");
        String body = hasBody ? "{\"token\":\"" + Api.TOKEN + "\"}" : "";
        HttpRequest.Builder request = api.bare(path + query)
                .header("X-Forwarded-For", "2001:db8:0:" + Integer.toHexString(requests++) + "::1")
                .method(operation.method(), BodyPublishers.ofString(body));
        return hasBody ? request.header("Content-Type", "application/json") : request;
    }

    private HttpRequest.Builder present(Credential credential, HttpRequest.Builder request) throws Exception {
        return switch (credential) {
            case NONE -> request;
            case WRONG_KEY -> bearer(request, WRONG);
            case REVOKED_KEY -> bearer(request, REVOKED);
            case INGEST_KEY -> bearer(request, secret(KeyScope.INGEST));
            case COLLECT_KEY -> bearer(request, secret(KeyScope.COLLECT));
            case READ_KEY -> bearer(request, secret(KeyScope.READ));
            case ADMIN_TOKEN -> bearer(request, Api.TOKEN);
            case EXPIRED_SESSION -> withCsrf(request, expired());
            case READ_SESSION -> withCsrf(request, Browser.signIn(api, secret(KeyScope.READ)));
            case ADMIN_SESSION_WITHOUT_CSRF -> withCookie(request, Browser.signIn(api, Api.TOKEN));
            case ADMIN_SESSION -> withCsrf(request, Browser.signIn(api, Api.TOKEN));
            case READ_JWT -> bearer(request, issuer.token(NOW, "tallystream:read"));
            case ADMIN_JWT -> bearer(request, issuer.token(NOW, "tallystream:admin"));
            case TAMPERED_JWT -> bearer(request, tampered(issuer.token(NOW, "tallystream:admin")));
        };
    }

    private Browser expired() throws Exception {
        Browser browser = Browser.signIn(api, Api.TOKEN);
        String key = CountKeys.session(prefix, ApiKey.digestOf(browser.id()));
        assertThat(counts.redis().pexpire(key, 1)).isTrue();
        await().atMost(PATIENCE)
                .pollDelay(Duration.ZERO)
                .until(() -> counts.redis().exists(key) == 0);
        return browser;
    }

    private static String tampered(String token) {
        int place = token.lastIndexOf('.') + 1;
        return token.substring(0, place) + (token.charAt(place) == 'A' ? 'B' : 'A') + token.substring(place + 1);
    }

    private static HttpRequest.Builder bearer(HttpRequest.Builder request, String secret) {
        return request.header("Authorization", "Bearer " + secret);
    }

    private static HttpRequest.Builder withCookie(HttpRequest.Builder request, Browser browser) {
        return request.header("Cookie", Browser.COOKIE + "=" + browser.id());
    }

    private static HttpRequest.Builder withCsrf(HttpRequest.Builder request, Browser browser) {
        return withCookie(request, browser).header("X-CSRF-Token", browser.csrfToken());
    }

    @Test
    void shouldHaveMoreThanAFewCells() {
        assertThat(cells().count()).isGreaterThanOrEqualTo(378);
    }
}
