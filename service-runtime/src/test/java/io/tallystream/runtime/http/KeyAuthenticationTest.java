package io.tallystream.runtime.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystream.runtime.limit.AddressRanges;
import io.tallystream.runtime.security.ApiKey;
import io.tallystream.runtime.security.ApiKeys;
import io.tallystream.runtime.security.KeyScope;
import io.vertx.ext.web.Router;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.time.Instant;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(240)
class KeyAuthenticationTest {
    private static final String SECRET = "0123456789abcdef";
    private static TestServer server;

    @BeforeAll
    static void start() throws Exception {
        List<ApiKey> inFile =
                List.of(key("reader", KeyScope.READ), key("admin", KeyScope.ADMIN), key("pages", KeyScope.COLLECT));
        ApiKeys keys =
                ApiKeys.parse("web=%s,app=fedcba9876543210".formatted(SECRET)).and(inFile);
        server = TestServer.start(router -> {
            mount(router, "/closed", keys, KeyScope.INGEST, patient());
            mount(router, "/counts", keys, KeyScope.READ, patient());
            mount(router, "/public", keys, KeyScope.COLLECT, patient());
            mount(router, "/locked", ApiKeys.parse(""), KeyScope.INGEST, patient());
            mount(router, "/guarded", keys, KeyScope.INGEST, new AddressLimit(2, AddressRanges.parse("127.0.0.1")));
        });
    }

    private static AddressLimit patient() {
        return new AddressLimit(1_000_000, AddressRanges.parse(""));
    }

    private static void mount(Router router, String path, ApiKeys keys, KeyScope scope, AddressLimit failures) {
        router.route(path).handler(new KeyAuthentication(keys, scope, failures));
        router.route(path)
                .handler(context -> context.end(
                        "inside as " + KeyAuthentication.keyOf(context).name()));
    }

    private static ApiKey key(String name, KeyScope scope) {
        return new ApiKey(
                name,
                scope,
                ApiKey.digestOf(scope.prefix() + "_" + SECRET),
                OptionalInt.empty(),
                scope == KeyScope.COLLECT ? Set.of("https://shop.example") : Set.of(),
                Instant.EPOCH);
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @ParameterizedTest
    @CsvSource({
        "Authorization, Bearer 0123456789abcdef",
        "Authorization, bearer 0123456789abcdef",
        "authorization, Bearer   0123456789abcdef",
        "Authorization, Bearer fedcba9876543210",
        "X-API-Key, 0123456789abcdef",
        "x-api-key, fedcba9876543210",
    })
    void shouldLetKeysPass(String header, String value) throws Exception {
        HttpResponse<String> response = server.send(server.request("/closed").header(header, value));

        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.body()).isIn("inside as web", "inside as app");
    }

    @ParameterizedTest
    @CsvSource({
        "/counts, tsr, 200",
        "/counts, tsa, 200",
        "/counts, tsc, 403",
        "/closed, tsr, 403",
        "/closed, tsa, 403",
        "/closed, tsc, 403",
        "/public, tsc, 200",
        "/public, tsr, 403",
        "/public, tsa, 403",
    })
    void shouldGoByTheScope(String path, String prefix, int status) throws Exception {
        HttpResponse<String> response = server.send(server.request(path).header("X-API-Key", prefix + "_" + SECRET));

        assertThat(response.statusCode()).isEqualTo(status);
        if (status == 403) {
            assertThat(TestServer.problem(response, 403, "forbidden").getString("detail"))
                    .contains("scope");
        }
    }

    @Test
    void shouldRefuseKeysThatSendInPlacesWhereOneAsks() throws Exception {
        assertThat(server.send(server.request("/counts").header("X-API-Key", SECRET))
                        .statusCode())
                .isEqualTo(403);
        assertThat(server.send(server.request("/public").header("X-API-Key", SECRET))
                        .statusCode())
                .isEqualTo(403);
    }

    @Test
    void shouldTakePublicKeysFromTheUrl() throws Exception {
        assertThat(server.get("/public?key=tsc_" + SECRET).body()).isEqualTo("inside as pages");
        assertThat(server.get("/public?key=tsc_" + SECRET + "&key=x").statusCode())
                .isEqualTo(401);
        assertThat(server.get("/public?key=" + SECRET).statusCode()).isEqualTo(403);
        assertThat(server.get("/public").statusCode()).isEqualTo(401);
        assertThat(server.get("/counts?key=tsr_" + SECRET).statusCode()).isEqualTo(401);
    }

    @Test
    void shouldHoldUpAnAddressThatTriesManyKeysAndNobodyElse() throws Exception {
        HttpRequest.Builder wrong =
                server.request("/guarded").header("X-API-Key", "wrong").header("X-Forwarded-For", "203.0.113.1");
        HttpResponse<String> response = server.send(wrong);
        for (int i = 0; i < 1_000 && response.statusCode() == 401; i++) {
            response = server.send(wrong);
        }

        TestServer.problem(response, 429, "too-many-requests");
        assertThat(response.headers().firstValue("Retry-After")).contains("1");
        assertThat(server.send(server.request("/guarded")
                                .header("X-API-Key", "wrong")
                                .header("X-Forwarded-For", "203.0.113.2"))
                        .statusCode())
                .isEqualTo(401);
        assertThat(server.send(server.request("/guarded")
                                .header("X-API-Key", SECRET)
                                .header("X-Forwarded-For", "203.0.113.1"))
                        .statusCode())
                .isEqualTo(200);
    }

    @ParameterizedTest
    @CsvSource({
        "Authorization, Bearer 0123456789abcdeX",
        "Authorization, Bearer",
        "Authorization, 'Bearer '",
        "Authorization, Bearer0123456789abcdef",
        "Authorization, 0123456789abcdef",
        "Authorization, Basic MDEyMzQ1Njc4OWFiY2RlZg==",
        "Authorization, Basic 0123456789abcdef",
        "X-API-Key, 0123456789abcde",
        "X-API-Key, ''",
        "X-API-Key, Bearer 0123456789abcdef",
        "X-API-Key, web",
        "Cookie, X-API-Key=0123456789abcdef",
    })
    void shouldRefuseOthers(String header, String value) throws Exception {
        assertRefused(server.request("/closed").header(header, value));
    }

    @Test
    void shouldRefuseRequestsWithoutAKey() throws Exception {
        assertRefused(server.request("/closed"));
        assertRefused(server.request("/closed?key=" + SECRET));
    }

    @Test
    void shouldRefuseBeforeTheBodyIsRead() throws Exception {
        assertRefused(server.request("/closed").POST(BodyPublishers.ofString("x".repeat(100_000))));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", SECRET})
    void shouldRefuseAllWhenThereAreNoKeys(String secret) throws Exception {
        assertRefused(server.request("/locked").header("X-API-Key", secret));
    }

    @Test
    void shouldGoByTheAuthorizationWhenThereAreBoth() throws Exception {
        assertRefused(server.request("/closed")
                .header("Authorization", "Bearer wrong-wrong-wrong")
                .header("X-API-Key", SECRET));
    }

    private static void assertRefused(HttpRequest.Builder request) throws Exception {
        HttpResponse<String> response = server.send(request);

        assertThat(TestServer.problem(response, 401, "unauthorized").getString("detail"))
                .contains("Authorization: Bearer")
                .contains("X-API-Key");
        assertThat(response.headers().firstValue("WWW-Authenticate")).contains("Bearer realm=\"tallystream\"");
        assertThat(response.body()).doesNotContain("inside", SECRET);
    }
}
