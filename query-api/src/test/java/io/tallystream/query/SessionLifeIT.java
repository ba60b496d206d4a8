package io.tallystream.query;

import static io.tallystream.query.Problems.assertProblem;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.tallystream.embedded.EmbeddedRedis;
import io.tallystream.embedded.junit.WithRedis;
import io.tallystream.query.session.Sessions;
import io.tallystream.runtime.config.KeySources;
import io.tallystream.runtime.security.ApiKey;
import io.tallystream.runtime.security.ApiKeys;
import io.tallystream.runtime.security.KeyFile;
import io.tallystream.runtime.security.KeyScope;
import io.tallystream.schema.redis.CountKeys;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** How sessions and one-time codes begin and end, on two servers with keys in a file. */
@WithRedis
@Timeout(240)
class SessionLifeIT {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String OVERVIEW = WithApi.OVERVIEW;
    private static final String ANALYST = "0123456789-test-analyst";

    private final String prefix = "test-" + UUID.randomUUID();
    private final SetClock clock = new SetClock("2026-11-20T10:15:31.789Z");
    private final EmbeddedRedis redis;
    private final Counts counts;
    private final List<Api> apis = new ArrayList<>();

    @TempDir
    private Path folder;

    private KeyFile keys;

    SessionLifeIT(EmbeddedRedis redis) {
        this.redis = redis;
        counts = new Counts(redis, prefix);
    }

    @BeforeEach
    void writeKeys() throws Exception {
        keys = new KeyFile(folder.resolve("keys.json"));
        keys.add(analyst(ANALYST));
    }

    @AfterEach
    void stop() {
        apis.forEach(Api::close);
        counts.close();
    }

    private static ApiKey analyst(String secret) {
        return new ApiKey(
                "analyst", KeyScope.READ, ApiKey.digestOf(secret), OptionalInt.empty(), Set.of(), Instant.EPOCH);
    }

    private Api start() throws Exception {
        return start(Api.SESSION_LIFETIME);
    }

    private Api start(Duration lifetime) throws Exception {
        KeySources sources = new KeySources(ApiKeys.of("admin", KeyScope.ADMIN, Api.TOKEN), keys.path());
        Api api = Api.start(
                        redis.uri(),
                        prefix,
                        ZoneId.of("UTC"),
                        clock,
                        Optional.empty(),
                        new Api.Access(sources, "", lifetime, Optional.empty()))
                .awaitUp();
        apis.add(api);
        return api;
    }

    private static void awaitSignedOut(Browser browser, Api api) {
        await().atMost(PATIENCE).untilAsserted(() -> assertProblem(browser.get(api, OVERVIEW), 401, "unauthorized"));
    }

    @Test
    void shouldKeepDigestsOnlyEachWithAnExpiry() throws Exception {
        Api api = start();
        Browser browser = Browser.signIn(api, ANALYST);
        String code = api.makeLoginCode(ANALYST);

        List<String> found = counts.redis().keys(CountKeys.pattern(prefix));

        assertThat(found)
                .containsExactlyInAnyOrder(
                        CountKeys.session(prefix, ApiKey.digestOf(browser.id())),
                        CountKeys.sessionsOf(prefix, "analyst"),
                        CountKeys.loginCode(prefix, ApiKey.digestOf(code)));
        assertThat(found)
                .allSatisfy(key -> assertThat(counts.redis().ttl(key)).isBetween(1L, Api.SESSION_LIFETIME.toSeconds()));
        assertThat(counts.redis().ttl(CountKeys.loginCode(prefix, ApiKey.digestOf(code))))
                .isLessThanOrEqualTo(600);
        Stream<String> kept = found.stream()
                .flatMap(key -> counts.redis().type(key).equals("zset")
                        ? counts.redis().zrange(key, 0, -1).stream()
                        : Stream.of(counts.redis().get(key)));
        assertThat(kept)
                .hasSize(3)
                .allSatisfy(value -> assertThat(value)
                        .doesNotContain(browser.id(), browser.csrfToken(), code, ANALYST, ApiKey.digestOf(ANALYST)));
    }

    @Test
    void shouldLeaveNothingBehindOfWhoSignsOut() throws Exception {
        Api api = start();
        Browser browser = Browser.signIn(api, ANALYST);

        assertThat(browser.signOut(api).statusCode()).isEqualTo(204);

        assertThat(counts.redis().keys(CountKeys.pattern(prefix))).isEmpty();
    }

    @Test
    void shouldEndAllSessionsOfAKeyThatIsRevoked() throws Exception {
        List<Api> servers = List.of(start(), start());
        Browser browser = Browser.signIn(servers.get(0), ANALYST);
        Browser admin = Browser.signIn(servers.get(1), Api.TOKEN);
        String code = servers.get(0).makeLoginCode(ANALYST);
        assertThat(browser.get(servers.get(1), OVERVIEW).statusCode()).isEqualTo(200);

        keys.remove("analyst");

        servers.forEach(server -> awaitSignedOut(browser, server));
        assertProblem(Browser.signInWith(servers.get(0), "code", code), 401, "unauthorized");
        assertProblem(Browser.signInWith(servers.get(0), "token", ANALYST), 401, "unauthorized");
        assertThat(admin.get(servers.get(0), OVERVIEW).statusCode()).isEqualTo(200);

        // Another key of the same name opens no session but its own.
        String renewed = "0123456789-test-analyst-2";
        keys.add(analyst(renewed));
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(Browser.signInWith(servers.get(0), "token", renewed)
                                .statusCode())
                        .isEqualTo(200));
        assertProblem(browser.get(servers.get(0), OVERVIEW), 401, "unauthorized");
    }

    @Test
    void shouldEndByItself() throws Exception {
        Api api = start(Duration.ofSeconds(1));
        HttpResponse<String> response = Browser.signInWith(api, "token", ANALYST);
        Browser browser = Browser.of(response);

        assertThat(response.headers().firstValue("Set-Cookie"))
                .hasValueSatisfying(cookie -> assertThat(cookie).contains("; Max-Age=1;"));
        awaitSignedOut(browser, api);
        assertThat(counts.redis().get(CountKeys.session(prefix, ApiKey.digestOf(browser.id()))))
                .isNull();
    }

    @Test
    void shouldEndTheOldestOfTooMany() throws Exception {
        Api api = start();
        Browser admin = Browser.signIn(api, Api.TOKEN);
        List<Browser> browsers = new ArrayList<>();
        for (int i = 0; i < Sessions.MAX_OF_KEY + 2; i++) {
            clock.forward(Duration.ofSeconds(1));
            browsers.add(Browser.signIn(api, ANALYST));
        }

        assertProblem(browsers.get(0).get(api, OVERVIEW), 401, "unauthorized");
        assertProblem(browsers.get(1).get(api, OVERVIEW), 401, "unauthorized");
        for (Browser browser : List.of(browsers.get(2), browsers.get(Sessions.MAX_OF_KEY + 1), admin)) {
            assertThat(browser.get(api, OVERVIEW).statusCode()).isEqualTo(200);
        }
        assertThat(counts.redis().zcard(CountKeys.sessionsOf(prefix, "analyst")))
                .isEqualTo(Sessions.MAX_OF_KEY);
        assertThat(counts.redis()
                        .keys(CountKeys.session(CountKeys.pattern(prefix).replace(":*", ""), "*")))
                .hasSize(Sessions.MAX_OF_KEY + 1);
    }

    @Test
    void shouldForgetInTheSetWhatHasExpired() throws Exception {
        Api api = start();
        Browser.signIn(api, ANALYST);
        clock.forward(Api.SESSION_LIFETIME);

        Browser.signIn(api, ANALYST);

        assertThat(counts.redis().zcard(CountKeys.sessionsOf(prefix, "analyst")))
                .isEqualTo(1);
    }

    @Test
    void shouldTakeACodeOnce() throws Exception {
        List<Api> servers = List.of(start(), start());
        String code = servers.get(0).makeLoginCode(Api.TOKEN);

        List<CompletableFuture<HttpResponse<String>>> uses = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            Api server = servers.get(i % 2);
            uses.add(server.sendAsync(
                    Browser.signInRequest(server, "{\"code\":\"" + code + "\"}").build()));
        }

        List<HttpResponse<String>> used = uses.stream()
                .map(CompletableFuture::join)
                .filter(response -> response.statusCode() == 200)
                .toList();
        assertThat(used).hasSize(1);
        assertThat(Browser.of(used.get(0)).answer().getString("scope")).isEqualTo("admin");
        assertThat(Browser.of(used.get(0)).get(servers.get(0), OVERVIEW).statusCode())
                .isEqualTo(200);
        assertThat(uses.stream().map(use -> use.join().statusCode())).containsOnly(200, 401);
        assertProblem(Browser.signInWith(servers.get(0), "code", code), 401, "unauthorized");
    }

    @Test
    void shouldTakeACodeForNothingElse() throws Exception {
        Api api = start();
        String code = api.makeLoginCode(Api.TOKEN);

        assertProblem(Browser.signInWith(api, "token", code), 401, "unauthorized");
        assertProblem(api.send(api.bare(OVERVIEW).header("X-API-Key", code).build()), 401, "unauthorized");
        assertProblem(
                api.send(api.bare(OVERVIEW)
                        .header("Cookie", Browser.COOKIE + "=" + code)
                        .build()),
                401,
                "unauthorized");
        Browser.of(Browser.signInWith(api, "code", code));
        assertThatThrownBy(() -> api.makeLoginCode("no-such-key-no-such-key"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("no such key");
    }

    @Test
    void shouldOutliveASessionThatIsOfNoUse() throws Exception {
        Api api = start();
        Browser browser = Browser.signIn(api, ANALYST);
        String key = CountKeys.session(prefix, ApiKey.digestOf(browser.id()));

        for (String content : List.of(
                "", "{", "[]", "{}", "{\"name\":1}", "{\"name\":\"analyst\",\"proof\":\"\",\"expires\":\"\"}")) {
            counts.redis().set(key, content);
            assertProblem(browser.get(api, OVERVIEW), 401, "unauthorized");
        }
    }
}
