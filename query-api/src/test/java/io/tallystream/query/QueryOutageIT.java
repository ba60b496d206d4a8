package io.tallystream.query;

import static io.tallystream.query.Counts.window;
import static io.tallystream.query.Problems.assertProblem;
import static org.assertj.core.api.Assertions.assertThat;

import io.tallystream.embedded.EmbeddedRedis;
import io.tallystream.schema.count.Granularity;
import io.tallystream.schema.count.Metric;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Each with a Redis of its own, which goes away. */
@Timeout(240)
class QueryOutageIT {
    private static final Duration ANSWER_LIMIT = Duration.ofSeconds(10);
    private static final String PREFIX = "outage";
    private static final List<String> PATHS = List.of(
            "/api/v1/stats/overview",
            "/api/v1/stats/trend",
            "/api/v1/stats/trend?range=minute",
            "/api/v1/users/u1/clicks",
            "/user/u1/clicks");

    @TempDir
    private Path folder;

    @Test
    void shouldAnswer503WhileRedisIsAwayAndRecoverWhenItIsBack() throws Exception {
        EmbeddedRedis redis = start(0);
        try (Api api = start(redis)) {
            writeCalls(redis, 7);
            assertThat(calls(api)).isEqualTo(7);
            redis.close();

            assertUnavailable(api);
            api.awaitDown();
            assertUnavailable(api);
            assertThat(api.send(api.bare("/").build()).statusCode()).isEqualTo(200);

            redis = start(redis.port());
            api.awaitUp();
            assertThat(calls(api)).isEqualTo(7);
        } finally {
            redis.close();
        }
    }

    @Test
    void shouldAnswerEveryRequestWhileRedisStops() throws Exception {
        EmbeddedRedis redis = start(0);
        try (Api api = start(redis)) {
            api.awaitUp();
            CompletableFuture<Void> stopped = CompletableFuture.runAsync(redis::close);
            List<CompletableFuture<HttpResponse<String>>> responses = new ArrayList<>();
            while (!stopped.isDone()) {
                responses.add(api.getAsync("/api/v1/stats/trend"));
                assertThat(api.get("/user/u1/clicks").statusCode()).isIn(200, 503);
            }
            for (CompletableFuture<HttpResponse<String>> response : responses) {
                assertThat(response.get().statusCode()).isIn(200, 503);
            }
            assertUnavailable(api);
        } finally {
            redis.close();
        }
    }

    @Test
    void shouldNotWaitForRedisThatDoesNotAnswer() throws Exception {
        try (EmbeddedRedis redis = start(0);
                Api api = start(redis);
                Counts counts = new Counts(redis.uri(), PREFIX)) {
            api.awaitUp();
            counts.redis().clientPause(Duration.ofMinutes(10).toMillis());

            // Longer than when it is away: it could still answer.
            List<CompletableFuture<HttpResponse<String>>> responses =
                    PATHS.stream().map(api::getAsync).toList();
            for (CompletableFuture<HttpResponse<String>> response : responses) {
                assertThat(response).succeedsWithin(ANSWER_LIMIT);
                assertProblem(response.join(), 503, "unavailable");
            }
            api.awaitDown();
        }
    }

    @Test
    void shouldStartWithoutRedisAndFindItLater() throws Exception {
        EmbeddedRedis before = start(0);
        before.close();
        try (Api api = start(before)) {
            assertUnavailable(api);

            try (EmbeddedRedis redis = start(before.port())) {
                api.awaitUp();
                writeCalls(redis, 3);
                assertThat(calls(api)).isEqualTo(3);
            }
        }
    }

    @Test
    void shouldSignNobodyOutWhileRedisIsAway() throws Exception {
        EmbeddedRedis redis = start(0);
        try (Api api = start(redis)) {
            Browser browser = Browser.signIn(api.awaitUp(), Api.TOKEN);
            String code = api.makeLoginCode(Api.TOKEN);
            redis.close();
            api.awaitDown();

            for (String path : PATHS) {
                assertProblem(browser.get(api, path), 503, "unavailable");
            }
            assertProblem(browser.get(api, Browser.SESSION), 503, "unavailable");
            assertProblem(browser.signOut(api), 503, "unavailable");
            assertProblem(Browser.signInWith(api, "token", Api.TOKEN), 503, "unavailable");
            assertProblem(Browser.signInWith(api, "code", code), 503, "unavailable");
            // That needs no Redis to be known.
            assertProblem(Browser.signInWith(api, "token", "wrong-wrong-wrong"), 401, "unauthorized");

            redis = start(redis.port());
            api.awaitUp();
            assertThat(browser.get(api, PATHS.get(0)).statusCode()).isEqualTo(200);
            assertThat(Browser.signInWith(api, "code", code).statusCode()).isEqualTo(200);
        } finally {
            redis.close();
        }
    }

    @Test
    void shouldNotWaitLongForASessionOfRedisThatDoesNotAnswer() throws Exception {
        try (EmbeddedRedis redis = start(0);
                Api api = start(redis);
                Counts counts = new Counts(redis, PREFIX)) {
            Browser browser = Browser.signIn(api.awaitUp(), Api.TOKEN);
            counts.redis().clientPause(Duration.ofMinutes(10).toMillis());

            List<CompletableFuture<HttpResponse<String>>> responses = List.of(
                    api.sendAsync(browser.request(api, PATHS.get(0)).build()),
                    api.sendAsync(Browser.signInRequest(api, "{\"token\":\"" + Api.TOKEN + "\"}")
                            .build()));
            for (CompletableFuture<HttpResponse<String>> response : responses) {
                assertThat(response).succeedsWithin(ANSWER_LIMIT);
                assertProblem(response.join(), 503, "unavailable");
            }
        }
    }

    private static void assertUnavailable(Api api) throws Exception {
        for (String path : PATHS) {
            assertProblem(api.send(api.request(path).timeout(ANSWER_LIMIT).build()), 503, "unavailable");
        }
    }

    private static void writeCalls(EmbeddedRedis redis, long calls) {
        try (Counts counts = new Counts(redis.uri(), PREFIX)) {
            counts.total(Metric.CALLS, window(Granularity.DAY, "2026-11-20"), calls);
        }
    }

    private static int calls(Api api) throws Exception {
        return api.awaitUp()
                .json("/api/v1/stats/overview")
                .getJsonObject("today")
                .getInteger("calls");
    }

    private static Api start(EmbeddedRedis redis) throws InterruptedException {
        return Api.start(redis.uri(), PREFIX, ZoneId.of("UTC"), Instant.parse("2026-11-20T10:15:31Z"));
    }

    private EmbeddedRedis start(int port) {
        return EmbeddedRedis.start(new EmbeddedRedis.Config(folder, port, "password-of-test"));
    }
}
