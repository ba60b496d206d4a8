package io.tallystream.ingest;

import static io.tallystream.ingest.Problems.assertProblem;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tallystream.embedded.EmbeddedKafka;
import io.tallystream.embedded.junit.WithKafka;
import io.tallystream.schema.kafka.Topics;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.ByteArrayInputStream;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.utils.Utils;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@WithKafka
@Timeout(60)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class IngestIT {
    private static final int LIMIT = 1024 * 1024;

    private Gateway gateway;
    private EventTopics topics;
    private String user;

    @BeforeAll
    void start(EmbeddedKafka kafka) throws Exception {
        topics = new EventTopics(kafka.bootstrapServers()).make();
        gateway = Gateway.start(kafka.bootstrapServers(), Map.of()).awaitUp();
    }

    @AfterAll
    void stop() {
        gateway.close();
        topics.close();
    }

    @BeforeEach
    void beAnotherUser() {
        user = "user-" + UUID.randomUUID();
    }

    @Test
    void shouldWriteOneEventInItsNormalForm() throws Exception {
        HttpResponse<String> response = gateway.post("""
                {"type":"api_call","id":"e1","time":"2026-11-20T11:15:31.250+01:00","user_id":"%s","status":200,
                 "endpoint":"/orders/{id}?token=secret&x=1","method":"GET","duration_ms":12.4,"unknown":{"a":[1]}}
                """.formatted(user));

        assertAccepted(response, 1);
        assertThat(response.headers().firstValue("Content-Type")).contains("application/json");
        ConsumerRecord<String, String> record = onlyRecord(Topics.API_CALLS);
        assertThat(record.key()).isEqualTo(user);
        assertThat(new JsonObject(record.value()))
                .isEqualTo(new JsonObject()
                        .put("type", "api_call")
                        .put("id", "e1")
                        .put("time", Instant.parse("2026-11-20T10:15:31.250Z").toEpochMilli())
                        .put("user_id", user)
                        .put("endpoint", "/orders/{id}")
                        .put("method", "GET")
                        .put("status", "200")
                        .put("duration_ms", 12));
        assertThat(record.timestampType()).isEqualTo(TimestampType.LOG_APPEND_TIME);
        assertThat(topics.read(Topics.USER_ACTIONS, this::isOurs)).isEmpty();
    }

    @Test
    void shouldGiveEventsAnIdAndATimeWhereTheyHaveNone() throws Exception {
        Instant before = Instant.now();
        String product = user;

        assertAccepted(
                gateway.post("[%1$s,%1$s]".formatted("{\"type\":\"click\",\"product_id\":\"" + product + "\"}")), 2);

        List<ConsumerRecord<String, String>> records = topics.read(Topics.USER_ACTIONS, this::isOurs);
        assertThat(records).hasSize(2).allSatisfy(record -> {
            JsonObject event = new JsonObject(record.value());
            // Nobody owns it but itself.
            assertThat(record.key()).isEqualTo(event.getString("id"));
            assertThat(Instant.ofEpochMilli(event.getLong("time")))
                    .isBetween(before.minusMillis(1), Instant.now().plusMillis(1));
        });
        assertThat(records.get(0).key()).isNotEqualTo(records.get(1).key());
    }

    @Test
    void shouldSendEachTypeToItsTopicAndTellWhatItRejected() throws Exception {
        HttpResponse<String> response = gateway.post("""
                [{"type":"click","id":"c","user_id":"%1$s","product_id":"p1"},
                 {"type":"api_call","id":"bad","user_id":"%1$s","status":"success"},
                 {"type":"page_view","id":"v","user_id":"%1$s","page":"/home"},
                 7,
                 {"type":"dwell","id":"d","user_id":"%1$s","page":"/home","duration_ms":900},
                 {"type":"api_call","id":"a","user_id":"%1$s","endpoint":"/x","status":"error"}]
                """.formatted(user));

        assertThat(response.statusCode()).isEqualTo(202);
        assertThat(new JsonObject(response.body()))
                .isEqualTo(new JsonObject()
                        .put("accepted", 4)
                        .put("rejected", 2)
                        .put(
                                "items",
                                new JsonArray()
                                        .add(new JsonObject()
                                                .put("index", 1)
                                                .put("id", "bad")
                                                .put("field", "endpoint")
                                                .put("code", "missing")
                                                .put("detail", "endpoint is required"))
                                        .add(new JsonObject()
                                                .put("index", 3)
                                                .put("code", "malformed")
                                                .put("detail", "the event must be a JSON object"))));
        assertThat(ids(topics.read(Topics.USER_ACTIONS, this::isOurs))).containsExactly("c", "v", "d");
        assertThat(ids(topics.read(Topics.API_CALLS, this::isOurs))).containsExactly("a");
    }

    @Test
    void shouldKeepTheOrderOfEventsOfOneUserOnThePartitionThatEveryProducerWouldTake() throws Exception {
        List<String> ids = IntStream.range(0, 500).mapToObj(i -> "e" + i).toList();
        assertAccepted(gateway.post(clicks(ids.subList(0, 400))), 400);
        assertAccepted(gateway.post(clicks(ids.subList(400, 500))), 100);

        List<ConsumerRecord<String, String>> records = topics.read(Topics.USER_ACTIONS, this::isOurs);

        assertThat(ids(records)).isEqualTo(ids);
        int murmur2 = Utils.toPositive(Utils.murmur2(user.getBytes(StandardCharsets.UTF_8))) % EventTopics.PARTITIONS;
        assertThat(records).extracting(ConsumerRecord::partition).containsOnly(murmur2);
    }

    @Test
    void shouldCountWhatBecameOfEvents() throws Exception {
        double accepted = gateway.events("accepted");
        double rejected = gateway.events("rejected");

        gateway.post("[" + click("m1") + "," + click("m2") + ",{}]");

        assertThat(gateway.events("accepted")).isEqualTo(accepted + 2);
        assertThat(gateway.events("rejected")).isEqualTo(rejected + 1);
        assertThat(gateway.bytesUnderWay()).isZero();
    }

    @Test
    void shouldTakeTheKeyAsAHeaderOfItsOwn() throws Exception {
        HttpRequest.Builder request =
                gateway.bare(Gateway.EVENTS).header("Content-Type", "application/json; charset=utf-8");

        assertAccepted(
                gateway.send(request.header("X-API-Key", Gateway.KEY)
                        .POST(BodyPublishers.ofString(click("k1")))
                        .build()),
                1);
    }

    @Test
    void shouldServeClientsThatAskForHttp2() throws Exception {
        HttpClient http2 =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_2).build();

        // The first asks to upgrade, the second is sent on what came of it.
        HttpResponse<String> first = http2.send(gateway.posting(click("h1")), BodyHandlers.ofString());
        HttpResponse<String> second = http2.send(gateway.posting(click("h2")), BodyHandlers.ofString());

        assertAccepted(first, 1);
        assertAccepted(second, 1);
        assertThat(ids(topics.read(Topics.USER_ACTIONS, this::isOurs))).containsExactly("h1", "h2");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/v1/events", "/v1/events/", "/v1/nothing"})
    void shouldAskForAKey(String path) throws Exception {
        HttpRequest.Builder request = gateway.bare(path).header("Content-Type", "application/json");

        HttpResponse<String> response =
                gateway.send(request.POST(BodyPublishers.ofString(click("u1"))).build());

        assertProblem(response, 401, "unauthorized");
        assertThat(response.headers().firstValue("WWW-Authenticate"))
                .hasValueSatisfying(challenge -> assertThat(challenge).startsWith("Bearer"));
        assertNothingWrittenAndNextRequestWorks();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Authorization: Bearer wrong-key-wrong-key",
                "Authorization: Bearer " + Gateway.KEY + "x",
                "Authorization: Bearer ",
                "Authorization: Basic " + Gateway.KEY,
                "Authorization: " + Gateway.KEY,
                "X-API-Key: wrong-key-wrong-key",
                "X-API-Key: test",
            })
    void shouldRefuseAWrongKey(String header) throws Exception {
        String[] nameAndValue = header.split(": ", 2);
        HttpRequest.Builder request = gateway.bare(Gateway.EVENTS)
                .header("Content-Type", "application/json")
                .header(nameAndValue[0], nameAndValue[1]);

        HttpResponse<String> response =
                gateway.send(request.POST(BodyPublishers.ofString(click("w1"))).build());

        assertProblem(response, 401, "unauthorized");
        assertNothingWrittenAndNextRequestWorks();
    }

    @Test
    void shouldNotInviteNorKeepTheBodyOfAStranger() throws Exception {
        try (RawConnection connection = new RawConnection(gateway.port())) {
            connection.sendHead(
                    "POST /v1/events HTTP/1.1",
                    "Host: localhost",
                    "Content-Type: application/json",
                    "Content-Length: 1000000000");

            RawConnection.Answer answer = connection.read();

            assertProblem(answer.status(), answer.mediaType(), answer.body(), 401, "unauthorized");
        }
        assertNothingWrittenAndNextRequestWorks();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "[", "{\"type\":", "nonsense", "{} {}", "7"})
    void shouldRefuseMalformedBodies(String body) throws Exception {
        assertProblem(gateway.post(body), 400, "malformed");

        assertNothingWrittenAndNextRequestWorks();
    }

    @Test
    void shouldAcceptNothingOfABodyThatIsMalformedInTheMiddle() throws Exception {
        assertProblem(gateway.post("[" + click("m1") + "," + click("m2") + ",oops]"), 400, "malformed");

        assertNothingWrittenAndNextRequestWorks();
    }

    @Test
    void shouldRefuseDeepNesting() throws Exception {
        assertProblem(gateway.post("[".repeat(100_000)), 400, "malformed");

        assertNothingWrittenAndNextRequestWorks();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "text/plain",
                "application/x-www-form-urlencoded",
                "multipart/form-data; boundary=x",
                "nonsense",
                ""
            })
    void shouldRefuseOtherTypes(String type) throws Exception {
        HttpRequest.Builder request = gateway.bare(Gateway.EVENTS).header("X-API-Key", Gateway.KEY);
        if (!type.isEmpty()) {
            request.header("Content-Type", type);
        }

        assertProblem(
                gateway.send(request.POST(BodyPublishers.ofString(click("t1"))).build()),
                415,
                "unsupported-media-type");

        assertNothingWrittenAndNextRequestWorks();
    }

    @ParameterizedTest
    @ValueSource(strings = {"GET", "PUT", "DELETE", "OPTIONS", "PATCH"})
    void shouldRefuseOtherMethods(String method) throws Exception {
        HttpResponse<String> response = gateway.send(gateway.request(Gateway.EVENTS)
                .method(method, BodyPublishers.noBody())
                .build());

        assertProblem(response, 405, "method-not-allowed");
        assertThat(response.headers().firstValue("Allow")).contains("POST");
        assertNothingWrittenAndNextRequestWorks();
    }

    @Test
    void shouldRefuseHeadWithoutABody() throws Exception {
        HttpResponse<String> response = gateway.send(gateway.request(Gateway.EVENTS)
                .method("HEAD", BodyPublishers.noBody())
                .build());

        assertThat(response.statusCode()).isEqualTo(405);
        assertThat(response.body()).isEmpty();
        assertNothingWrittenAndNextRequestWorks();
    }

    @ParameterizedTest
    @ValueSource(strings = {"/", "/v1", "/v1/event", "/v1/events/more", "/v2/events", "/%2e%2e/secret"})
    void shouldKnowNoOtherPath(String path) throws Exception {
        assertProblem(
                gateway.send(gateway.request(path)
                        .POST(BodyPublishers.ofString(click("p1")))
                        .build()),
                404,
                "not-found");

        assertNothingWrittenAndNextRequestWorks();
    }

    @Test
    void shouldTakeABodyOfTheGreatestLength() throws Exception {
        String event = click("b1");

        assertAccepted(gateway.post(event + " ".repeat(LIMIT - event.length())), 1);
    }

    @Test
    void shouldRefuseALargerBody() throws Exception {
        assertProblem(gateway.post(click("b1") + " ".repeat(LIMIT)), 413, "too-large");

        assertNothingWrittenAndNextRequestWorks();
    }

    @Test
    void shouldRefuseALargerBodyOfWhichTheLengthIsNotTold() throws Exception {
        byte[] body = (click("b1") + " ".repeat(2 * LIMIT)).getBytes(StandardCharsets.UTF_8);

        HttpResponse<String> response = gateway.send(gateway.request(Gateway.EVENTS)
                .POST(BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(body)))
                .build());

        assertProblem(response, 413, "too-large");
        assertNothingWrittenAndNextRequestWorks();
    }

    @Test
    void shouldGoOnWithAConnectionAfterATooLargeBody() throws Exception {
        try (RawConnection connection = new RawConnection(gateway.port())) {
            String large = " ".repeat(LIMIT + 1);
            connection.sendHead(rawPost(large.length())).sendBody(large);
            assertThat(connection.read().status()).isEqualTo(413);

            String chunk = Integer.toHexString(large.length()) + "\r\n" + large + "\r\n";
            connection
                    .sendHead(
                            "POST /v1/events HTTP/1.1",
                            "Host: localhost",
                            "X-API-Key: " + Gateway.KEY,
                            "Content-Type: application/json",
                            "Transfer-Encoding: chunked")
                    .sendBody(chunk + chunk + "0\r\n\r\n");
            assertThat(connection.read().status()).isEqualTo(413);

            String event = click("g1");
            connection.sendHead(rawPost(event.length())).sendBody(event);
            assertThat(connection.read().status()).isEqualTo(202);
        }
        assertThat(ids(topics.read(Topics.USER_ACTIONS, this::isOurs))).containsExactly("g1");
    }

    @Test
    void shouldNotInviteABodyThatIsTooLarge() throws Exception {
        try (RawConnection connection = new RawConnection(gateway.port())) {
            connection.sendHead(rawPost(LIMIT + 1));

            assertThat(connection.read().status()).isEqualTo(413);
        }
        assertNothingWrittenAndNextRequestWorks();
    }

    @ParameterizedTest
    @ValueSource(strings = {"[]", "{}", "[{},7]"})
    void shouldRefuseABodyWithoutAnyValidEvent(String body) throws Exception {
        assertProblem(gateway.post(body), 422, "nothing-valid");

        assertNothingWrittenAndNextRequestWorks();
    }

    @Test
    void shouldNameTheFieldThatIsMissing() throws Exception {
        JsonObject problem = assertProblem(
                gateway.post("{\"type\":\"api_call\",\"id\":\"f1\",\"status\":\"success\"}"), 422, "nothing-valid");

        assertThat(problem.getString("detail")).isEqualTo("endpoint is required");
        assertThat(problem.getJsonArray("items"))
                .isEqualTo(new JsonArray()
                        .add(new JsonObject()
                                .put("index", 0)
                                .put("id", "f1")
                                .put("field", "endpoint")
                                .put("code", "missing")
                                .put("detail", "endpoint is required")));
        assertNothingWrittenAndNextRequestWorks();
    }

    @Test
    void shouldOutliveClientsThatGoAway() throws Exception {
        String event = click("gone");
        for (int i = 0; i < 20; i++) {
            try (RawConnection inTheBody = new RawConnection(gateway.port())) {
                inTheBody.sendHead(rawPost(event.length())).sendBody(event.substring(0, 10));
                inTheBody.abort();
            }
            try (RawConnection beforeTheAnswer = new RawConnection(gateway.port())) {
                beforeTheAnswer.sendHead(rawPost(event.length())).sendBody(event);
                beforeTheAnswer.abort();
            }
        }

        assertAccepted(gateway.post(click("stayed")), 1);
        await().untilAsserted(() -> assertThat(gateway.bytesUnderWay()).isZero());
    }

    @Test
    void shouldAnswerRequestsOfOneConnectionInTheirOrder() throws Exception {
        try (RawConnection connection = new RawConnection(gateway.port())) {
            String event = click("o1");
            connection.sendHead(rawPost(event.length())).sendBody(event);
            connection.sendHead(rawPost(2)).sendBody("[]");
            connection.sendHead(rawPost(1)).sendBody("[");

            assertThat(connection.read().status()).isEqualTo(202);
            assertThat(connection.read().status()).isEqualTo(422);
            assertThat(connection.read().status()).isEqualTo(400);
        }
    }

    private static String[] rawPost(int length) {
        return new String[] {
            "POST /v1/events HTTP/1.1",
            "Host: localhost",
            "X-API-Key: " + Gateway.KEY,
            "Content-Type: application/json",
            "Content-Length: " + length
        };
    }

    private String click(String id) {
        return "{\"type\":\"click\",\"id\":\"%s\",\"user_id\":\"%s\",\"product_id\":\"p1\"}".formatted(id, user);
    }

    private String clicks(List<String> ids) {
        return ids.stream().map(this::click).collect(Collectors.joining(",", "[", "]"));
    }

    private boolean isOurs(String value) {
        return value.contains(user);
    }

    private ConsumerRecord<String, String> onlyRecord(String topic) {
        List<ConsumerRecord<String, String>> records = topics.read(topic, this::isOurs);
        assertThat(records).hasSize(1);
        return records.get(0);
    }

    private static List<String> ids(List<ConsumerRecord<String, String>> records) {
        return records.stream()
                .map(record -> new JsonObject(record.value()).getString("id"))
                .toList();
    }

    private static void assertAccepted(HttpResponse<String> response, int events) {
        assertThat(response.statusCode()).as(response.body()).isEqualTo(202);
        assertThat(new JsonObject(response.body()))
                .isEqualTo(new JsonObject()
                        .put("accepted", events)
                        .put("rejected", 0)
                        .put("items", new JsonArray()));
    }

    private void assertNothingWrittenAndNextRequestWorks() throws Exception {
        assertAccepted(gateway.post(click("next")), 1);
        assertThat(ids(topics.read(Topics.USER_ACTIONS, this::isOurs))).containsExactly("next");
    }
}
