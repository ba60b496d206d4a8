package io.tallystream.ingest;

import static io.tallystream.ingest.Problems.assertProblem;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tallystream.runtime.security.KeyScope;
import io.tallystream.schema.kafka.Topics;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What each key may do, how much of it, and for how long. */
class KeysIT extends OneGateway {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final TestKeys keys = new TestKeys().withOneOfEachScope();

    @Override
    Map<String, String> variables() {
        keys.add("limited", KeyScope.INGEST, OptionalInt.of(10));
        keys.add("flooding", KeyScope.INGEST, OptionalInt.of(1));
        keys.add("exhausted", KeyScope.INGEST, OptionalInt.of(1));
        return Map.of("KEYS_FILE", keys.path());
    }

    @ParameterizedTest
    @CsvSource({
        "/v1/events, ingest, 202",
        "/v1/events, collect, 403",
        "/v1/events, read, 403",
        "/v1/events, admin, 403",
        "/v1/events, unknown, 401",
        "/click, ingest, 200",
        "/click, collect, 403",
        "/click, read, 403",
        "/click, admin, 403",
        "/click, unknown, 401",
        "/v1/collect, ingest, 403",
        "/v1/collect, read, 403",
        "/v1/collect, admin, 403",
        "/v1/collect, unknown, 401",
        "/v1/nothing, read, 403",
        "/v1/nothing, ingest, 404",
    })
    void shouldLetKeysDoWhatTheyAreForOnly(String path, String key, int status) throws Exception {
        HttpResponse<String> response =
                gateway.send(posting(path, key, click("s1")).build());

        assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
        if (status == 403) {
            assertProblem(response, 403, "forbidden");
        }
        if (status >= 400) {
            assertNothingWrittenAndNextRequestWorks();
        }
    }

    @Test
    void shouldTakeNewKeysAndRefuseRevokedOnesWithoutARestart() throws Exception {
        assertProblem(gateway.send(posting("/v1/events", "late", click("n1")).build()), 401, "unauthorized");

        keys.add("late", KeyScope.INGEST, OptionalInt.empty());
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertAccepted(
                        gateway.send(posting("/v1/events", "late", click("n2")).build()), 1));

        keys.revoke("late");
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertProblem(
                        gateway.send(posting("/v1/events", "late", click("n3")).build()), 401, "unauthorized"));
        assertAccepted(gateway.post(click("n4")), 1);
        assertThat(ids(topics.read(Topics.USER_ACTIONS, this::isOurs)))
                .contains("n2", "n4")
                .doesNotContain("n1");
    }

    @Test
    void shouldRefuseSecretKeysInWebPages() throws Exception {
        for (String path : List.of("/v1/events", "/click")) {
            assertProblem(
                    gateway.send(posting(path, "ingest", click("b1"))
                            .header("Origin", TestKeys.ORIGIN)
                            .build()),
                    403,
                    "browser");
        }
        assertNothingWrittenAndNextRequestWorks();
    }

    @Test
    void shouldChargeABatchByItsEventsAndRefuseWhatIsPastTheRate() throws Exception {
        List<String> ids = IntStream.range(0, 5_000).mapToObj(i -> "r" + i).toList();
        HttpResponse<String> taken =
                gateway.send(posting("/v1/events", "limited", clicks(ids)).build());
        assertAccepted(taken, 5_000);
        assertThat(taken.headers().firstValue("RateLimit-Policy")).contains("\"key\";q=10;w=1");
        assertThat(taken.headers().firstValue("RateLimit"))
                .hasValueSatisfying(field -> assertThat(field).startsWith("\"key\";r=0;t="));

        // For more than eight minutes.
        HttpResponse<String> refused =
                gateway.send(posting("/v1/events", "limited", click("r")).build());

        assertThat(assertProblem(refused, 429, "too-many-requests").getString("detail"))
                .contains("10 events per second");
        assertThat(Integer.parseInt(refused.headers().firstValue("Retry-After").orElseThrow()))
                .isBetween(400, 500);
        assertProblem(gateway.send(posting("/click", "limited", click("r")).build()), 429, "too-many-requests");
        assertThat(topics.read(Topics.USER_ACTIONS, this::isOurs)).hasSize(5_000);
    }

    @Test
    void shouldServeOthersWhileAKeyFloods() throws Exception {
        // Past its rate for a quarter of an hour.
        List<String> ids = IntStream.range(0, 1_000).mapToObj(i -> "f" + i).toList();
        assertAccepted(
                gateway.send(posting("/v1/events", "flooding", clicks(ids)).build()), 1_000);
        List<CompletableFuture<HttpResponse<String>>> flood = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            for (int j = 0; j < 10; j++) {
                flood.add(gateway.sendAsync(
                        posting("/v1/events", "flooding", click("x")).build()));
            }
            assertAccepted(gateway.post(click("o" + i)), 1);
            if (i % 10 == 9) {
                flood.forEach(answer -> assertThat(answer.join().statusCode()).isEqualTo(429));
                flood.clear();
            }
        }

        List<String> written = ids(topics.read(Topics.USER_ACTIONS, this::isOurs));
        assertThat(written).doesNotContain("x").hasSize(1_200);
        await().untilAsserted(() -> assertThat(gateway.requestsUnderWay()).isZero());
        assertThat(gateway.bodyBytes()).isZero();
        assertThat(gateway.bytesUnderWay()).isZero();
    }

    @Test
    void shouldNotReadTheBodyOfAKeyThatIsPastItsRate() throws Exception {
        assertAccepted(
                gateway.send(posting(
                                "/v1/events",
                                "exhausted",
                                clicks(IntStream.range(0, 1_000)
                                        .mapToObj(i -> "f" + i)
                                        .toList()))
                        .build()),
                1_000);
        try (RawConnection connection = new RawConnection(gateway.port())) {
            connection.sendHead(
                    "POST /v1/events HTTP/1.1",
                    "Host: localhost",
                    "X-API-Key: " + TestKeys.secret("exhausted"),
                    "Content-Type: application/json",
                    "Content-Length: 1000000");

            assertThat(connection.read().status()).isEqualTo(429);
        }
    }

    private HttpRequest.Builder posting(String path, String key, String body) {
        return gateway.bare(path)
                .header("X-API-Key", TestKeys.secret(key))
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(body));
    }
}
