package io.tallystream.query;

import static io.tallystream.query.Browser.SESSION;
import static io.tallystream.query.Problems.assertProblem;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.tallystream.embedded.EmbeddedRedis;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Signing in and out. */
class SessionIT extends WithApi {
    private static final String REPORT = "/api/v1/reports/daily/2026-11-20";

    SessionIT(EmbeddedRedis redis) {
        super(redis);
    }

    @ParameterizedTest
    @CsvSource({Api.TOKEN + ", admin, admin", Api.READ_KEY + ", reader, read"})
    void shouldSignInWithAKey(String token, String name, String scope) throws Exception {
        HttpResponse<String> response = Browser.signInWith(api, "token", token);

        Browser browser = Browser.of(response);
        assertThat(response.headers().allValues("Set-Cookie"))
                .containsExactly(
                        "tallystream_session=" + browser.id() + "; Max-Age=43200; Path=/; HttpOnly; SameSite=Strict");
        assertThat(response.headers().firstValue("Cache-Control")).contains("no-store");
        assertThat(browser.answer())
                .isEqualTo(new JsonObject()
                        .put("name", name)
                        .put("scope", scope)
                        .put("csrf_token", browser.csrfToken())
                        .put("expires_at", "2026-11-20T22:15:31Z"));
        assertThat(new JsonObject(browser.get(api, SESSION).body())).isEqualTo(browser.answer());
        new ContractSchemas(new YAMLMapper()
                        .readTree(api.send(api.bare("/openapi.yaml").build()).body()))
                .assertValid("#/components/schemas/Session", browser.answer(), SESSION);
    }

    @Test
    void shouldAskByTheCookie() throws Exception {
        Browser browser = Browser.signIn(api, Api.READ_KEY);

        assertThat(browser.get(api, OVERVIEW).statusCode()).isEqualTo(200);
        assertThat(browser.get(api, TREND + "?format=csv").body()).startsWith("time,count,final");
        assertProblem(browser.get(api, REPORT + "?format=html"), 404, "no-report");
        assertProblem(browser.get(api, "/nothing"), 404, "not-found");
        HttpResponse<String> live = api.send(browser.request(api, "/api/v1/live")
                .method("HEAD", BodyPublishers.noBody())
                .build());
        assertThat(live.statusCode()).isEqualTo(200);
        assertThat(live.headers().firstValue("Content-Type")).contains("text/event-stream");
    }

    @Test
    void shouldBeSignedInOnAllServersAndAfterARestart() throws Exception {
        Browser browser = Browser.signIn(api, Api.TOKEN);
        try (Api other = Api.start(redis.uri(), prefix, UTC, NOW).awaitUp()) {
            assertThat(browser.get(other, OVERVIEW).statusCode()).isEqualTo(200);
        }
        startAt(UTC, NOW);

        assertThat(browser.get(api, OVERVIEW).statusCode()).isEqualTo(200);
    }

    @Test
    void shouldSignOutOnAllServersForGood() throws Exception {
        Browser browser = Browser.signIn(api, Api.TOKEN);
        Browser another = Browser.signIn(api, Api.TOKEN);
        try (Api other = Api.start(redis.uri(), prefix, UTC, NOW).awaitUp()) {
            assertThat(browser.get(other, OVERVIEW).statusCode()).isEqualTo(200);

            HttpResponse<String> response = browser.signOut(api);

            assertThat(response.statusCode()).isEqualTo(204);
            assertThat(response.body()).isEmpty();
            assertThat(response.headers().allValues("Set-Cookie"))
                    .containsExactly("tallystream_session=; Max-Age=0; Path=/; HttpOnly; SameSite=Strict");
            for (Api server : List.of(api, other)) {
                assertProblem(browser.get(server, OVERVIEW), 401, "unauthorized");
                assertProblem(browser.get(server, SESSION), 401, "unauthorized");
                assertProblem(browser.signOut(server), 401, "unauthorized");
            }
            assertThat(another.get(other, OVERVIEW).statusCode()).isEqualTo(200);
        }
    }

    @Test
    void shouldNeverGoOnWithTheIdThatABrowserCameWith() throws Exception {
        Browser victim = Browser.signIn(api, Api.READ_KEY);
        String planted = "tss_" + "A".repeat(32);

        for (String id : List.of(planted, victim.id())) {
            Browser signedIn = Browser.of(api.send(Browser.signInRequest(api, "{\"token\":\"" + Api.TOKEN + "\"}")
                    .header("Cookie", "tallystream_session=" + id)
                    .build()));
            assertThat(signedIn.id()).isNotEqualTo(id);
        }

        assertProblem(new Browser(planted, new JsonObject()).get(api, SESSION), 401, "unauthorized");
        assertThat(new JsonObject(victim.get(api, SESSION).body()).getString("scope"))
                .isEqualTo("read");
    }

    @Test
    void shouldNotSignInWithAnythingElse() throws Exception {
        Browser browser = Browser.signIn(api, Api.TOKEN);
        for (String secret : List.of(
                Api.TOKEN + "x",
                Api.TOKEN.substring(1),
                "admin",
                browser.id(),
                browser.csrfToken(),
                "tsl_" + "A".repeat(32),
                "\ud800")) {
            for (String field : List.of("token", "code")) {
                HttpResponse<String> response = Browser.signInWith(api, field, secret);

                assertProblem(response, 401, "unauthorized");
                assertThat(response.headers().map()).doesNotContainKey("set-cookie");
                assertThat(response.body()).doesNotContain(secret);
            }
        }
        assertProblem(Browser.signInWith(api, "code", Api.TOKEN), 401, "unauthorized");
    }

    @Test
    void shouldHoldUpWhoTriesMany() throws Exception {
        HttpResponse<String> response = Browser.signInWith(api, "token", "wrong-wrong-wrong");
        for (int i = 0; i < 1_000 && response.statusCode() == 401; i += 100) {
            List<CompletableFuture<HttpResponse<String>>> tries = IntStream.range(0, 100)
                    .mapToObj(any -> api.sendAsync(Browser.signInRequest(api, "{\"token\":\"wrong-wrong-wrong\"}")
                            .build()))
                    .toList();
            for (var each : tries) {
                response = each.join().statusCode() == 429 ? each.join() : response;
            }
        }

        assertProblem(response, 429, "too-many-requests");
        assertThat(response.headers().firstValue("Retry-After")).contains("1");
        assertThat(Browser.signInWith(api, "token", Api.TOKEN).statusCode()).isEqualTo(200);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "``|",
                "{|",
                "[]|",
                "null|",
                "\"token\"|",
                "{}|token",
                "{\"token\":\"\"}|token",
                "{\"token\":null}|token",
                "{\"token\":5}|token",
                "{\"token\":[\"a\"]}|token",
                "{\"code\":{}}|code",
                "{\"password\":\"x\"}|password",
                "{\"Token\":\"x\"}|Token",
                "{\"token\":\"x\",\"scope\":\"admin\"}|scope",
                "{\"token\":\"x\",\"code\":\"y\"}|code",
                "{\"token\":\"x\",\"token\":\"y\"}|token",
                "{\"token\":\"x\"}{}|",
                "{\"token\":\"x\"|",
            })
    void shouldNameWhatIsWrongInABody(String body, String field) throws Exception {
        JsonObject problem =
                assertProblem(api.send(Browser.signInRequest(api, body).build()), 400, "bad-body");

        assertThat(problem.getString("field")).isEqualTo(field);
        if (field != null) {
            assertThat(problem.getString("detail")).contains(field);
        }
    }

    @Test
    void shouldRefuseABodyThatIsNotUtf8() throws Exception {
        byte[] body = "{\"token\":\"?\"}".getBytes(StandardCharsets.US_ASCII);
        body[10] = (byte) 0xC3;

        assertProblem(
                api.send(api.bare(SESSION)
                        .header("Content-Type", "application/json")
                        .POST(BodyPublishers.ofByteArray(body))
                        .build()),
                400,
                "bad-body");
    }

    @Test
    void shouldRefuseALargeBody() throws Exception {
        String token = "x".repeat(16 * 1024);

        assertProblem(Browser.signInWith(api, "token", token), 413, "too-large");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "application/jsonp"
            })
    void shouldTakeJsonOnly(String type) throws Exception {
        var request = api.bare(SESSION).POST(BodyPublishers.ofString("{\"token\":\"" + Api.TOKEN + "\"}"));
        if (!type.isEmpty()) {
            request.header("Content-Type", type);
        }

        assertProblem(api.send(request.build()), 415, "unsupported-media-type");
    }

    @Test
    void shouldTakeJsonWithACharset() throws Exception {
        Browser.of(api.send(api.bare(SESSION)
                .header("Content-Type", "Application/JSON; charset=utf-8")
                .POST(BodyPublishers.ofString("{\"token\":\"" + Api.TOKEN + "\"}"))
                .build()));
    }

    @Test
    void shouldTellNobodyWhoCarriesAKeyOfASession() throws Exception {
        assertProblem(api.get(SESSION), 401, "unauthorized");
        assertProblem(api.send(api.request(SESSION).DELETE().build()), 401, "unauthorized");
        assertProblem(api.send(api.bare(SESSION).build()), 401, "unauthorized");
    }

    @Test
    void shouldTakeNoOtherMethod() throws Exception {
        HttpResponse<String> response =
                api.send(api.request(SESSION).PUT(BodyPublishers.ofString("{}")).build());

        assertProblem(response, 405, "method-not-allowed");
        assertThat(response.headers().firstValue("Allow")).contains("DELETE, GET, HEAD, POST");
    }
}
