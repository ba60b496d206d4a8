package io.tallystream.query;

import static io.tallystream.query.Browser.COOKIE;
import static io.tallystream.query.Problems.assertProblem;
import static org.assertj.core.api.Assertions.assertThat;

import io.tallystream.embedded.EmbeddedRedis;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a cookie is good for, and what not. */
class SessionCookieIT extends WithApi {
    private static final String REPORT = "/api/v1/reports/daily/2026-11-20";

    private Browser browser;

    SessionCookieIT(EmbeddedRedis redis) {
        super(redis);
    }

    @BeforeEach
    void signIn() throws Exception {
        browser = Browser.signIn(api, Api.TOKEN);
    }

    private HttpResponse<String> getWith(String... cookies) throws Exception {
        var request = api.bare(OVERVIEW);
        for (String cookie : cookies) {
            request.header("Cookie", cookie);
        }
        return api.send(request.build());
    }

    @Test
    void shouldBeFoundAmongOthers() throws Exception {
        assertThat(getWith("a=b; " + COOKIE + "=" + browser.id() + ";c=\"d e\"").statusCode())
                .isEqualTo(200);
        assertThat(getWith("a=b", COOKIE + "=" + browser.id()).statusCode()).isEqualTo(200);
        assertThat(getWith("x" + COOKIE + "=tss_other; " + COOKIE + "=" + browser.id())
                        .statusCode())
                .isEqualTo(200);
    }

    @Test
    void shouldNotBeTakenFromElsewhere() throws Exception {
        String id = browser.id();
        List<HttpResponse<String>> refused = List.of(
                api.send(api.bare(OVERVIEW)
                        .header("Authorization", "Bearer " + id)
                        .build()),
                api.send(api.bare(OVERVIEW).header("X-API-Key", id).build()),
                api.send(api.bare(OVERVIEW + "?" + COOKIE + "=" + id).build()),
                getWith(COOKIE + "=" + Api.TOKEN),
                getWith("X-API-Key=" + Api.TOKEN),
                getWith(COOKIE + "=" + browser.csrfToken()));

        assertThat(refused).allSatisfy(response -> assertProblem(response, 401, "unauthorized"));
    }

    @Test
    void shouldNotBeTakenWhenAnythingIsWrongWithIt() throws Exception {
        String id = browser.id();
        String last = id.endsWith("A") ? "B" : "A";
        List<String> wrong = List.of(
                COOKIE + "=",
                COOKIE,
                COOKIE + "=" + id.substring(0, id.length() - 1),
                COOKIE + "=" + id.substring(0, id.length() - 1) + last,
                COOKIE + "=" + id + "A",
                COOKIE + "=\"" + id + "\"",
                COOKIE + " =" + id,
                COOKIE.toUpperCase(Locale.ROOT) + "=" + id,
                COOKIE + "=" + id.substring(4),
                COOKIE + "=" + id.replaceFirst("tss", "tsl"),
                COOKIE + "=tss_%2e%2e%2f",
                COOKIE + "=" + "A".repeat(7_000));

        for (String cookie : wrong) {
            assertProblem(getWith(cookie), 401, "unauthorized");
        }
        assertThat(getWith(COOKIE + "=" + "A".repeat(9_000)).statusCode()).isEqualTo(431);
    }

    @Test
    void shouldNotBeTakenWhenThereAreTwo() throws Exception {
        String ours = COOKIE + "=" + browser.id();
        String planted = COOKIE + "=tss_" + "A".repeat(32);

        assertProblem(getWith(ours + "; " + planted), 401, "unauthorized");
        assertProblem(getWith(planted + "; " + ours), 401, "unauthorized");
        assertProblem(getWith(ours, planted), 401, "unauthorized");
        assertProblem(getWith(ours + "; " + ours), 401, "unauthorized");
    }

    @Test
    void shouldNotBeTakenWhenItIsNoText() throws Exception {
        String id = browser.id();
        byte[] head = ("GET " + OVERVIEW + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nCookie: " + COOKIE
                        + "=" + id.substring(0, id.length() - 2) + "??\r\n\r\n")
                .getBytes(StandardCharsets.US_ASCII);
        int place = new String(head, StandardCharsets.US_ASCII).indexOf("??");
        head[place] = (byte) 0xC3;
        head[place + 1] = (byte) 0x28;

        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), api.port())) {
            socket.setSoTimeout(30_000);
            socket.getOutputStream().write(head);
            InputStream in = socket.getInputStream();
            String answer = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            assertThat(answer).startsWith("HTTP/1.1 401 ").contains("urn:tallystream:problem:unauthorized");
        }
    }

    @Test
    void shouldBeWorthNothingToAnotherInstallation() throws Exception {
        try (Api other = Api.start(redis.uri(), prefix + "-other", UTC, NOW).awaitUp()) {
            assertProblem(browser.get(other, OVERVIEW), 401, "unauthorized");
        }
    }

    @Test
    void shouldGiveWayToAKeyInAHeader() throws Exception {
        assertProblem(
                api.send(browser.request(api, OVERVIEW)
                        .header("X-API-Key", "wrong-wrong-wrong")
                        .build()),
                401,
                "unauthorized");
        assertProblem(
                api.send(browser.request(api, OVERVIEW)
                        .header("Authorization", "")
                        .build()),
                401,
                "unauthorized");
        // The session may, the key may not.
        assertProblem(
                api.send(browser.request(api, REPORT)
                        .header("X-CSRF-Token", browser.csrfToken())
                        .header("X-API-Key", Api.READ_KEY)
                        .POST(BodyPublishers.noBody())
                        .build()),
                403,
                "forbidden");
        // And the other way round, without any CSRF token.
        assertThat(api.send(Browser.signIn(api, Api.READ_KEY)
                                .request(api, REPORT)
                                .header("X-API-Key", Api.TOKEN)
                                .POST(BodyPublishers.noBody())
                                .build())
                        .statusCode())
                .isEqualTo(200);
    }

    @Test
    void shouldNeedTheCsrfTokenOfItsSessionToChangeSomething() throws Exception {
        Browser another = Browser.signIn(api, Api.TOKEN);
        for (String token : new String[] {
            null,
            "",
            another.csrfToken(),
            browser.csrfToken().substring(1),
            browser.csrfToken().toUpperCase(Locale.ROOT),
            browser.id()
        }) {
            var request = browser.request(api, REPORT).POST(BodyPublishers.noBody());
            var signOut = browser.request(api, Browser.SESSION).DELETE();
            if (token != null) {
                request.header("X-CSRF-Token", token);
                signOut.header("X-CSRF-Token", token);
            }
            assertProblem(api.send(request.build()), 403, "csrf");
            assertProblem(api.send(signOut.build()), 403, "csrf");
        }

        assertThat(post(browser).statusCode()).isEqualTo(200);
        assertProblem(post(Browser.signIn(api, Api.READ_KEY)), 403, "forbidden");
    }

    private HttpResponse<String> post(Browser by) throws Exception {
        return api.send(by.request(api, REPORT)
                .header("X-CSRF-Token", by.csrfToken())
                .POST(BodyPublishers.noBody())
                .build());
    }

    @ParameterizedTest
    @CsvSource({
        "127.0.0.1, https, true",
        "127.0.0.0/8, HTTPS, true",
        "127.0.0.1, 'https, http', true",
        "127.0.0.1, http, false",
        "127.0.0.1, 'http, https', false",
        "10.0.0.0/8, https, false",
        "'', https, false",
    })
    void shouldBeSecureWhereAProxyOfOursSaysTls(String proxies, String told, boolean isSecure) throws Exception {
        Api.Access access = new Api.Access(Api.Access.DEFAULT.keys(), proxies, Api.SESSION_LIFETIME, Optional.empty());
        try (Api behind = Api.start(
                        redis.uri(), prefix, UTC, Clock.fixed(NOW, ZoneOffset.UTC), Optional.empty(), access)
                .awaitUp()) {
            HttpResponse<String> response =
                    behind.send(Browser.signInRequest(behind, "{\"token\":\"" + Api.TOKEN + "\"}")
                            .header("X-Forwarded-Proto", told)
                            .build());

            Browser.of(response);
            assertThat(response.headers().firstValue("Set-Cookie").orElseThrow().endsWith("; Secure"))
                    .isEqualTo(isSecure);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"GET", "HEAD"})
    void shouldNeedNoTokenToRead(String method) throws Exception {
        assertThat(api.send(browser.request(api, OVERVIEW)
                                .method(method, BodyPublishers.noBody())
                                .build())
                        .statusCode())
                .isEqualTo(200);
    }
}
