package io.tallystream.ingest;

import static io.tallystream.ingest.Problems.assertProblem;
import static org.assertj.core.api.Assertions.assertThat;

import io.tallystream.schema.kafka.Topics;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.zip.GZIPOutputStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The ways in which events can be sent. */
class FormatsIT extends OneGateway {
    private static final String LINES = "application/x-ndjson";
    private static final String CLOUD_EVENT = "application/cloudevents+json";
    private static final String CLOUD_EVENTS = "application/cloudevents-batch+json";

    @Test
    void shouldTakeAnEventOnEachLine() throws Exception {
        HttpResponse<String> response = post(LINES, click("l1") + "\noops\n\n" + click("l2") + "\r\n{}\n");

        assertThat(response.statusCode()).isEqualTo(202);
        JsonObject answer = new JsonObject(response.body());
        assertThat(answer.getInteger("accepted")).isEqualTo(2);
        assertThat(answer.getJsonArray("items"))
                .extracting(
                        item -> ((JsonObject) item).getInteger("index") + " " + ((JsonObject) item).getString("code"))
                .containsExactly("1 malformed", "3 missing");
        assertThat(ids(topics.read(Topics.USER_ACTIONS, this::isOurs))).containsExactly("l1", "l2");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "\n\n", "oops\noops"})
    void shouldRefuseLinesWithoutAnyValidEvent(String lines) throws Exception {
        assertProblem(post(LINES, lines), 422, "nothing-valid");

        assertNothingWrittenAndNextRequestWorks();
    }

    @Test
    void shouldTakeACloudEvent() throws Exception {
        assertAccepted(post(CLOUD_EVENT, cloudEvent("1")), 1);

        ConsumerRecord<String, String> record = onlyRecord(Topics.API_CALLS);
        assertThat(record.key()).isEqualTo(user);
        JsonObject event = new JsonObject(record.value());
        assertThat(event.getLong("time")).isNotNull();
        assertThat(event.put("time", 0))
                .isEqualTo(new JsonObject()
                        .put("type", "api_call")
                        .put("id", "/shop 1")
                        .put("time", 0)
                        .put("user_id", user)
                        .put("endpoint", "/orders/{id}")
                        .put("status", "200"));
    }

    @Test
    void shouldTakeABatchOfCloudEvents() throws Exception {
        HttpResponse<String> response = post(CLOUD_EVENTS, "[" + cloudEvent("1") + ",{}," + cloudEvent("2") + "]");

        assertThat(response.statusCode()).isEqualTo(202);
        assertThat(new JsonObject(response.body())
                        .getJsonArray("items")
                        .getJsonObject(0)
                        .getInteger("index"))
                .isEqualTo(1);
        assertThat(ids(topics.read(Topics.API_CALLS, this::isOurs))).containsExactly("/shop 1", "/shop 2");
    }

    @Test
    void shouldTakeACloudEventWhoseAttributesAreHeaders() throws Exception {
        HttpRequest request = gateway.request(Gateway.EVENTS)
                .header("ce-specversion", "1.0")
                .header("ce-type", "io.tallystream.click")
                .header("ce-source", "/caf%C3%A9+bar")
                .header("Ce-Id", "7")
                .POST(BodyPublishers.ofString("{\"product_id\":\"p\",\"user_id\":\"" + user + "\"}"))
                .build();

        assertAccepted(gateway.send(request), 1);

        assertThat(ids(topics.read(Topics.USER_ACTIONS, this::isOurs))).containsExactly("/caf\u00e9+bar 7");
    }

    @Test
    void shouldNameWhatACloudEventLacks() throws Exception {
        JsonObject problem = assertProblem(
                post(CLOUD_EVENT, cloudEvent("1").replace("\"source\"", "\"origin\"")), 422, "nothing-valid");
        assertThat(problem.getJsonArray("items").getJsonObject(0).getString("field"))
                .isEqualTo("source");
        assertThat(problem.getJsonArray("items").getJsonObject(0).getString("id"))
                .isEqualTo("1");
        assertProblem(post(CLOUD_EVENTS, cloudEvent("1")), 400, "malformed");
        assertProblem(post(CLOUD_EVENT, "[" + cloudEvent("1") + "]"), 400, "malformed");
        HttpRequest.Builder binary = gateway.request(Gateway.EVENTS).header("ce-specversion", "1.0");
        assertProblem(
                gateway.send(binary.copy().POST(BodyPublishers.ofString("{}")).build()), 422, "nothing-valid");
        assertProblem(
                gateway.send(binary.copy()
                        .header("ce-id", "%zz")
                        .POST(BodyPublishers.ofString("{}"))
                        .build()),
                400,
                "malformed");
        assertNothingWrittenAndNextRequestWorks();
    }

    @Test
    void shouldDecompress() throws Exception {
        byte[] body = gzip(("[" + click("g1") + "," + click("g2") + "]").getBytes(StandardCharsets.UTF_8));

        assertAccepted(post("gzip", body), 2);

        assertThat(ids(topics.read(Topics.USER_ACTIONS, this::isOurs))).containsExactly("g1", "g2");
    }

    @Test
    void shouldDecompressNoMoreThanABodyMayHave() throws Exception {
        String event = click("g1");
        byte[] largest = (event + " ".repeat(LIMIT - event.length())).getBytes(StandardCharsets.UTF_8);
        assertAccepted(post("gzip", gzip(largest)), 1);

        assertProblem(post("gzip", gzip(Arrays.copyOf(largest, LIMIT + 1))), 413, "too-large");
        byte[] bomb = bomb();
        assertThat(bomb).hasSizeLessThan(LIMIT);
        assertProblem(post("gzip", bomb), 413, "too-large");
        assertProblem(post("gzip", new byte[LIMIT + 1]), 413, "too-large");

        assertThat(gateway.bodyBytes()).isZero();
        assertAccepted(gateway.post(click("next")), 1);
    }

    @Test
    void shouldRefuseWhatIsNotGzip() throws Exception {
        byte[] whole = gzip(click("n1").getBytes(StandardCharsets.UTF_8));

        assertProblem(post("gzip", click("n1").getBytes(StandardCharsets.UTF_8)), 400, "malformed");
        assertProblem(post("gzip", new byte[0]), 400, "malformed");
        assertProblem(post("gzip", Arrays.copyOf(whole, whole.length - 9)), 400, "malformed");
        byte[] changed = whole.clone();
        changed[whole.length - 6] ^= 1;
        assertProblem(post("gzip", changed), 400, "malformed");
        assertNothingWrittenAndNextRequestWorks();
    }

    @ParameterizedTest
    @ValueSource(strings = {"br", "deflate", "zstd", "gzip, gzip"})
    void shouldRefuseOtherEncodings(String encoding) throws Exception {
        HttpResponse<String> response = post(encoding, click("e1").getBytes(StandardCharsets.UTF_8));

        assertProblem(response, 415, "unsupported-encoding");
        assertThat(response.headers().firstValue("Accept-Encoding")).contains("gzip");
        assertNothingWrittenAndNextRequestWorks();
    }

    @ParameterizedTest
    @ValueSource(strings = {"application/json; charset=iso-8859-1", "application/x-ndjson; charset=utf-16"})
    void shouldRefuseOtherCharsets(String type) throws Exception {
        HttpResponse<String> response = post(type, click("c1"));

        assertProblem(response, 415, "unsupported-media-type");
        assertThat(response.headers().firstValue("Accept"))
                .hasValueSatisfying(accepted -> assertThat(accepted).contains(LINES, CLOUD_EVENT, CLOUD_EVENTS));
        assertNothingWrittenAndNextRequestWorks();
    }

    @Test
    void shouldTakeAClickInItsShortForm() throws Exception {
        HttpResponse<String> response = gateway.send(gateway.request("/click")
                .POST(BodyPublishers.ofString("{\"user_id\":\"" + user + "\",\"product_id\":\"p1\"}"))
                .build());

        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.body()).isEqualTo("OK");
        ConsumerRecord<String, String> record = onlyRecord(Topics.USER_ACTIONS);
        assertThat(record.key()).isEqualTo(user);
        assertThat(new JsonObject(record.value())).contains(java.util.Map.entry("type", "click"));
    }

    @Test
    void shouldRefuseClicksThatAreNone() throws Exception {
        assertThat(gateway.send(gateway.bare("/click")
                                .header("Content-Type", "application/json")
                                .POST(BodyPublishers.ofString("{}"))
                                .build())
                        .statusCode())
                .isEqualTo(401);
        HttpRequest.Builder request = gateway.request("/click");
        JsonObject problem = assertProblem(
                gateway.send(request.copy()
                        .POST(BodyPublishers.ofString("{\"user_id\":\"u\"}"))
                        .build()),
                422,
                "nothing-valid");
        assertThat(problem.getJsonArray("items").getJsonObject(0).getString("field"))
                .isEqualTo("product_id");
        assertProblem(
                gateway.send(
                        request.copy().POST(BodyPublishers.ofString("oops")).build()),
                400,
                "malformed");
        assertProblem(gateway.send(request.copy().GET().build()), 405, "method-not-allowed");
        assertProblem(
                gateway.send(request.copy()
                        .setHeader("Content-Type", "text/plain")
                        .POST(BodyPublishers.ofString("{}"))
                        .build()),
                415,
                "unsupported-media-type");
        assertNothingWrittenAndNextRequestWorks();
    }

    private HttpResponse<String> post(String type, String body) throws Exception {
        return gateway.send(gateway.request(Gateway.EVENTS)
                .setHeader("Content-Type", type)
                .POST(BodyPublishers.ofString(body))
                .build());
    }

    private HttpResponse<String> post(String encoding, byte[] body) throws Exception {
        return gateway.send(gateway.request(Gateway.EVENTS)
                .header("Content-Encoding", encoding)
                .POST(BodyPublishers.ofByteArray(body))
                .build());
    }

    private String cloudEvent(String id) {
        return new JsonObject()
                .put("specversion", "1.0")
                .put("type", "io.tallystream.api_call")
                .put("source", "/shop")
                .put("id", id)
                .put("traceparent", "00-x")
                .put(
                        "data",
                        new JsonObject()
                                .put("endpoint", "/orders/{id}?q=1")
                                .put("status", 200)
                                .put("user_id", user)
                                .put("tags", new JsonArray().add(1)))
                .encode();
    }

    /** Three hundred times what a body may have. */
    private static byte[] bomb() throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        byte[] zeros = new byte[LIMIT];
        try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
            for (int i = 0; i < 300; i++) {
                gzip.write(zeros);
            }
        }
        return out.toByteArray();
    }

    static byte[] gzip(byte[] body) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
            gzip.write(body);
        }
        return out.toByteArray();
    }
}
