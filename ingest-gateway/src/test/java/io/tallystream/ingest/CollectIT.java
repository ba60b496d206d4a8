package io.tallystream.ingest;

import static io.tallystream.ingest.Problems.assertProblem;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.tallystream.runtime.security.KeyScope;
import io.tallystream.schema.kafka.Topics;
import io.vertx.core.json.JsonObject;
import java.io.ByteArrayInputStream;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What pages send, and what they may not. */
class CollectIT extends OneGateway {
    private static final String COLLECT = "/v1/collect?key=" + TestKeys.secret("collect");
    private static final String BEACON = "text/plain;charset=UTF-8";

    private final TestKeys keys = new TestKeys().withOneOfEachScope();

    @Override
    Map<String, String> variables() {
        keys.add("busy", KeyScope.COLLECT, OptionalInt.of(10));
        return Map.of("KEYS_FILE", keys.path(), "TRUSTED_PROXIES", "127.0.0.0/8", "COLLECT_RATE", "100");
    }

    @ParameterizedTest
    @ValueSource(strings = {BEACON, "text/plain", "text/plain; charset=utf-8", "application/json"})
    void shouldTakeBeacons(String type) throws Exception {
        String view = "{\"type\":\"page_view\",\"page\":\"/shop\",\"user_id\":\"%s\"}".formatted(user);
        String dwell = "{\"type\":\"dwell\",\"id\":\"d1\",\"page\":\"/shop\",\"duration_ms\":900,\"user_id\":\"%s\"}"
                .formatted(user);

        HttpResponse<String> response =
                gateway.send(beacon("[%s,%s,%s]".formatted(view, click("c1"), dwell), "198.51.100.1")
                        .setHeader("Content-Type", type)
                        .build());

        assertAccepted(response, 3);
        assertThat(response.headers().firstValue("Access-Control-Allow-Origin")).contains(TestKeys.ORIGIN);
        assertThat(response.headers().firstValue("Access-Control-Allow-Credentials"))
                .contains("true");
        assertThat(response.headers().firstValue("Vary").orElse("")).containsIgnoringCase("origin");
        List<String> ids = ids(topics.read(Topics.USER_ACTIONS, this::isOurs));
        assertThat(ids).hasSize(3).doesNotContainNull().contains("c1", "d1");
    }

    @Test
    void shouldTakeNoEventsThatBrowsersDoNotSend() throws Exception {
        String call = "{\"type\":\"api_call\",\"endpoint\":\"/a\",\"status\":200,\"user_id\":\"%s\"}".formatted(user);

        HttpResponse<String> response = gateway.send(
                beacon("[%s,%s]".formatted(click("c1"), call), "198.51.100.2").build());
        HttpResponse<String> alone = gateway.send(beacon(call, "198.51.100.2").build());

        JsonObject item = new JsonObject(response.body()).getJsonArray("items").getJsonObject(0);
        assertThat(item.getInteger("index")).isEqualTo(1);
        assertThat(item.getString("field")).isEqualTo("type");
        assertThat(item.getString("detail")).isEqualTo("type must be one of click, page_view, dwell");
        assertProblem(alone, 422, "nothing-valid");
        assertThat(topics.read(Topics.API_CALLS, this::isOurs)).isEmpty();
        assertThat(ids(topics.read(Topics.USER_ACTIONS, this::isOurs))).containsExactly("c1");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://evil.example",
                "http://shop.example",
                "https://shop.example:8443",
                "https://shop.example.evil.example",
                "null",
                "",
            })
    void shouldTakeNothingOfOtherPages(String origin) throws Exception {
        HttpRequest.Builder request =
                gateway.bare(COLLECT).header("Content-Type", BEACON).POST(BodyPublishers.ofString(click("e1")));
        if (!origin.isEmpty()) {
            request.header("Origin", origin);
        }

        HttpResponse<String> response = gateway.send(request.build());

        assertProblem(response, 403, "origin");
        assertThat(response.headers().firstValue("Access-Control-Allow-Origin")).isEmpty();
        assertNothingWrittenAndNextRequestWorks();
    }

    @Test
    void shouldAnswerPreflightsOfItsPagesOnly() throws Exception {
        HttpResponse<String> allowed =
                gateway.send(preflight(COLLECT, TestKeys.ORIGIN).build());

        assertThat(allowed.statusCode()).isEqualTo(204);
        assertThat(allowed.headers().firstValue("Access-Control-Allow-Origin")).contains(TestKeys.ORIGIN);
        assertThat(allowed.headers().firstValue("Access-Control-Allow-Methods")).contains("POST");
        assertThat(allowed.headers().firstValue("Access-Control-Allow-Headers").orElse(""))
                .isEqualToIgnoringCase("content-type");
        assertProblem(gateway.send(preflight(COLLECT, "https://evil.example").build()), 403, "origin");
        assertProblem(gateway.send(preflight("/v1/collect", TestKeys.ORIGIN).build()), 401, "unauthorized");
    }

    @Test
    void shouldTakeNoKeyFromTheUrlButAPublicOne() throws Exception {
        for (String name : List.of("ingest", "read", "admin")) {
            assertProblem(
                    gateway.send(beacon(click("k1"), "198.51.100.3")
                            .uri(gateway.uri("/v1/collect?key=" + TestKeys.secret(name)))
                            .build()),
                    403,
                    "forbidden");
        }
        assertProblem(
                gateway.send(beacon(click("k1"), "198.51.100.3")
                        .uri(gateway.uri("/v1/events?key=" + TestKeys.secret("ingest")))
                        .build()),
                401,
                "unauthorized");
        assertNothingWrittenAndNextRequestWorks();
    }

    @Test
    void shouldHoldEachAddressToTheRate() throws Exception {
        String many = clicks(IntStream.range(0, 400).mapToObj(i -> "a" + i).toList());
        // Seconds ahead of its rate: a hundred such are minutes.
        int sent = 0;
        HttpResponse<String> response = gateway.send(beacon(many, "203.0.113.9").build());
        assertAccepted(response, 400);
        assertThat(response.headers().allValues("RateLimit-Policy")).containsExactly("\"address\";q=100;w=1");
        while (response.statusCode() == 202 && sent++ < 1_000) {
            response = gateway.send(beacon(many, "203.0.113.9").build());
        }

        assertProblem(response, 429, "too-many-requests");
        assertThat(response.headers().firstValue("Retry-After")).isPresent();
        // What a client says of itself is not believed, only what the proxy says.
        assertProblem(gateway.send(beacon(many, "192.0.2.1, 203.0.113.9").build()), 429, "too-many-requests");
        assertAccepted(gateway.send(beacon(click("b1"), "203.0.113.10").build()), 1);
    }

    @Test
    void shouldHoldPublicKeysToTheirRate() throws Exception {
        String path = "/v1/collect?key=" + TestKeys.secret("busy");
        String many = clicks(IntStream.range(0, 500).mapToObj(i -> "k" + i).toList());
        assertAccepted(
                gateway.send(beacon(many, "203.0.113.21").uri(gateway.uri(path)).build()), 500);

        assertProblem(
                gateway.send(beacon(click("k"), "203.0.113.22")
                        .uri(gateway.uri(path))
                        .build()),
                429,
                "too-many-requests");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"application/x-www-form-urlencoded", "multipart/form-data", "text/plain;charset=latin1", "x"})
    void shouldRefuseOtherTypes(String type) throws Exception {
        assertProblem(
                gateway.send(beacon(click("t1"), "198.51.100.4")
                        .setHeader("Content-Type", type)
                        .build()),
                415,
                "unsupported-media-type");
        assertNothingWrittenAndNextRequestWorks();
    }

    @Test
    void shouldRefuseWhatNoBrowserSends() throws Exception {
        String large = click("l1") + " ".repeat(65_536);
        assertProblem(gateway.send(beacon(large, "198.51.100.5").build()), 413, "too-large");
        BodyPublisher chunks = BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(large.getBytes(UTF_8)));
        assertProblem(gateway.send(beacon("", "198.51.100.5").POST(chunks).build()), 413, "too-large");
        assertProblem(gateway.send(beacon("nonsense", "198.51.100.5").build()), 400, "malformed");
        HttpResponse<String> get = gateway.send(
                gateway.bare(COLLECT).header("Origin", TestKeys.ORIGIN).build());
        assertProblem(get, 405, "method-not-allowed");
        assertThat(get.headers().firstValue("Allow")).contains("POST");
        assertNothingWrittenAndNextRequestWorks();
    }

    @Test
    void shouldNotAcknowledgeWhatKafkaHasNot() throws Exception {
        try (Gateway alone = Gateway.start("127.0.0.1:1", Map.of("KEYS_FILE", keys.path()))) {
            assertProblem(
                    alone.send(beacon(click("u1"), "198.51.100.6")
                            .uri(alone.uri(COLLECT))
                            .build()),
                    503,
                    "unavailable");
        }
    }

    private HttpRequest.Builder beacon(String body, String address) {
        return gateway.bare(COLLECT)
                .header("Origin", TestKeys.ORIGIN)
                .header("Content-Type", BEACON)
                .header("X-Forwarded-For", address)
                .POST(BodyPublishers.ofString(body));
    }

    private HttpRequest.Builder preflight(String path, String origin) {
        return gateway.bare(path)
                .header("Origin", origin)
                .header("Access-Control-Request-Method", "POST")
                .header("Access-Control-Request-Headers", "content-type")
                .method("OPTIONS", BodyPublishers.noBody());
    }
}
