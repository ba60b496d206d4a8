package io.tallystream.runtime.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystream.runtime.security.ApiKeys;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class KeyAuthenticationTest {
    private static final String SECRET = "0123456789abcdef";
    private static TestServer server;

    @BeforeAll
    static void start() throws Exception {
        server = TestServer.start(router -> {
            router.route("/closed")
                    .handler(new KeyAuthentication(ApiKeys.parse("web=%s,app=fedcba9876543210".formatted(SECRET))));
            router.route("/closed").handler(context -> context.end("inside"));
            router.route("/locked").handler(new KeyAuthentication(ApiKeys.parse("")));
            router.route("/locked").handler(context -> context.end("inside"));
        });
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
        assertThat(response.body()).isEqualTo("inside");
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
