package io.tallystream.ingest;

import static io.tallystream.ingest.Problems.assertProblem;
import static org.assertj.core.api.Assertions.assertThat;

import io.tallystream.schema.kafka.Topics;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** JSON that is odd, and events that are. */
class BadInputIT extends OneGateway {
    private static final String TOO_DEEP = "{\"type\":" + "[".repeat(10_000) + "]".repeat(10_000) + "}";

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "7",
                "\"text\"",
                "null",
                "NaN",
                "{\"type\":\"dwell\",\"page\":\"/\",\"duration_ms\":NaN}",
                "{\"type\":\"dwell\",\"page\":\"/\",\"duration_ms\":Infinity}",
                "{\"type\":\"dwell\",\"page\":\"/\",\"duration_ms\":+1}",
                "{\"type\":\"dwell\",\"page\":\"/\",\"duration_ms\":01}",
                "{\"type\":\"click\",\"product_id\":\"p\"} x",
                "{\"type\":\"click\",\"product_id\":\"p\"}{",
                "\ufeff{\"type\":\"click\",\"product_id\":\"p\"}",
                "{'type':'click','product_id':'p'}",
                "{\"type\":\"click\",\"product_id\":\"p\",}",
                "{\"type\":\"click\",\"product_id\":\"a\nb\"}",
                "{\"type\":\"click\",\"product_id\":\"a\\x\"}",
            })
    void shouldRefuseWhatIsNotJson(String body) throws Exception {
        assertProblem(gateway.post(body), 400, "malformed");

        assertNothingWrittenAndNextRequestWorks();
    }

    @Test
    void shouldRefuseWhatIsTooDeepOrTooLong() throws Exception {
        String longText = "{\"type\":\"" + "x".repeat(900_000) + "\"}";
        String longNumber = "{\"type\":\"dwell\",\"page\":\"/\",\"duration_ms\":" + "1".repeat(1_000) + "}";
        for (String body : List.of(TOO_DEEP, longText, longNumber, "[".repeat(500_000))) {
            JsonObject problem = assertProblem(gateway.post(body), 400, "malformed");
            assertThat(problem.getString("detail")).isEqualTo("a value in the body is nested too deeply or too long");
        }
        assertNothingWrittenAndNextRequestWorks();
    }

    @Test
    void shouldIgnoreHoweverManyFieldsItDoesNotKnow() throws Exception {
        StringBuilder body = new StringBuilder("{\"type\":\"click\",\"product_id\":\"" + user + "\"");
        for (int i = 0; body.length() < LIMIT - 100; i++) {
            body.append(",\"f").append(i).append("\":0");
        }

        assertThat(gateway.post(body.append('}').toString()).statusCode()).isEqualTo(202);

        assertThat(onlyRecord(Topics.USER_ACTIONS).value()).hasSizeLessThan(200);
    }

    @ParameterizedTest
    @ValueSource(ints = {0x80, 0xc0, 0xff, 0xe2})
    void shouldRefuseBytesThatAreNoUtf8(int wrong) throws Exception {
        byte[] body = click("u1").getBytes(StandardCharsets.UTF_8);
        body[click("u1").indexOf("p1")] = (byte) wrong;

        assertProblem(
                gateway.send(gateway.request(Gateway.EVENTS)
                        .POST(BodyPublishers.ofByteArray(body))
                        .build()),
                400,
                "malformed");

        assertNothingWrittenAndNextRequestWorks();
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '`',
            value = {
                // What a JSON library or a log would trip over.
                "\"endpoint\":\"/a\\u0000\" | endpoint | invalid",
                "\"endpoint\":\"/a\\r\\nSet-Cookie: x\" | endpoint | invalid",
                "\"endpoint\":\"/\\ud83d\" | endpoint | invalid",
                "\"endpoint\":\"/\\udc00x\" | endpoint | invalid",
                "\"endpoint\":\"/\\u0085\" | endpoint | invalid",
                "\"endpoint\":\"/\u0085\" | endpoint | invalid",
                "\"endpoint\":\"\" | endpoint | invalid",
                "\"endpoint\":\"/\",\"endpoint\":\"/\" | endpoint | repeated",
                "\"endpoint\":\"/\",\"user_id\":\"a\\nb\" | user_id | invalid",
                "\"endpoint\":\"/\",\"id\":{} | id | invalid",
                "\"endpoint\":\"/\",\"duration_ms\":1e999999 | duration_ms | invalid",
                "\"endpoint\":\"/\",\"duration_ms\":1e99999999999 | duration_ms | invalid",
                "\"endpoint\":\"/\",\"duration_ms\":-0.1 | duration_ms | invalid",
            },
            delimiter = '|')
    void shouldNameTheFieldAtFault(String fields, String field, String code) throws Exception {
        JsonObject problem = assertProblem(
                gateway.post("{\"type\":\"api_call\",\"status\":200," + fields + "}"), 422, "nothing-valid");

        assertThat(problem.getJsonArray("items")).singleElement().satisfies(item -> {
            assertThat(((JsonObject) item).getInteger("index")).isZero();
            assertThat(((JsonObject) item).getString("field")).isEqualTo(field);
            assertThat(((JsonObject) item).getString("code")).isEqualTo(code);
        });
        assertNothingWrittenAndNextRequestWorks();
    }

    @Test
    void shouldNameAFieldThatIsTooLong() throws Exception {
        String longest = "\ud83d\ude00".repeat(256);
        String body = "[{\"type\":\"page_view\",\"user_id\":\"" + user + "\",\"page\":\"" + longest + "\"},"
                + "{\"type\":\"page_view\",\"page\":\"" + longest + "x\"}]";

        JsonObject answer = new JsonObject(gateway.post(body).body());

        assertThat(answer.getJsonArray("items").getJsonObject(0).getInteger("index"))
                .isEqualTo(1);
        assertThat(answer.getJsonArray("items").getJsonObject(0).getString("field"))
                .isEqualTo("page");
        assertThat(answer.getJsonArray("items").getJsonObject(0).getString("code"))
                .isEqualTo("too_long");
        assertThat(new JsonObject(onlyRecord(Topics.USER_ACTIONS).value()).getString("page"))
                .isEqualTo(longest);
    }

    @Test
    void shouldKeepAllTextAsItIs() throws Exception {
        List<String> texts = List.of(
                "right-to-left \u202e\u05d0",
                "zero\u200bwidth",
                "emoji \ud83d\udc69\u200d\ud83d\udcbb",
                "caf\u00e9",
                "cafe\u0301",
                "quote \" and \\ and / and <script>",
                "\ufeff",
                "\ufffd\uffff");
        for (String text : texts) {
            JsonObject event = new JsonObject()
                    .put("type", "click")
                    .put("product_id", text)
                    .put("user_id", user);
            assertThat(gateway.post(event.encode()).statusCode()).isEqualTo(202);
        }

        assertThat(topics.read(Topics.USER_ACTIONS, this::isOurs))
                .extracting(record -> new JsonObject(record.value()).getString("product_id"))
                .isEqualTo(texts);
    }

    @Test
    void shouldJudgeTimesOneByOne() throws Exception {
        long now = Instant.now().toEpochMilli();
        List<String> times = List.of(
                "-1",
                "0",
                "\"1970-01-01T00:00:00Z\"",
                Long.toString(now - 3_600_000 - 1),
                Long.toString(now - 3_600_000 + 60_000),
                Long.toString(now + 300_000 - 1_000),
                Long.toString(now + 300_000 + 60_000),
                "\"10000-01-01T00:00:00Z\"",
                Long.toString(now * 1_000),
                now / 1_000 + ".5",
                "\"2026-02-30T00:00:00Z\"",
                "\"" + Instant.now().toString().replace("Z", "") + "\"",
                "\"" + Instant.now().toString().replace("Z", "+00:00") + "\"",
                "true");
        String body = String.join(
                ",",
                times.stream()
                        .map(time -> "{\"type\":\"click\",\"product_id\":\"p\",\"user_id\":\"" + user + "\",\"time\":"
                                + time + "}")
                        .toList());

        HttpResponse<String> response = gateway.post("[" + body + "]");

        assertThat(response.statusCode()).isEqualTo(202);
        JsonObject answer = new JsonObject(response.body());
        assertThat(answer.getInteger("accepted")).isEqualTo(3);
        assertThat(answer.getJsonArray("items"))
                .allSatisfy(item ->
                        assertThat(((JsonObject) item).getString("field")).isEqualTo("time"))
                .extracting(
                        item -> ((JsonObject) item).getInteger("index") + " " + ((JsonObject) item).getString("code"))
                .containsExactly(
                        "0 invalid",
                        "1 late",
                        "2 late",
                        "3 late",
                        "6 future",
                        "7 invalid",
                        "8 invalid",
                        "9 invalid",
                        "10 invalid",
                        "11 invalid",
                        "13 invalid");
        assertThat(topics.read(Topics.USER_ACTIONS, this::isOurs)).hasSize(3);
    }

    @Test
    void shouldRefuseAnEmptyBatch() throws Exception {
        JsonObject problem = assertProblem(gateway.post("[]"), 422, "nothing-valid");

        assertThat(problem.getString("detail")).isEqualTo("the body holds no event");
        assertThat(problem.getJsonArray("items")).isEmpty();
        assertNothingWrittenAndNextRequestWorks();
    }

    @Test
    void shouldTakeTheLargestBatchAndRefuseALargerOne() throws Exception {
        List<String> ids = IntStream.range(0, 10_000).mapToObj(i -> "").toList();
        String one = "{\"type\":\"click\",\"product_id\":\"%s\"}".formatted(user);
        String largest = "[" + String.join(",", Collections.nCopies(ids.size(), one)) + "]";

        assertProblem(gateway.post(largest.replace("]", "," + one + "]")), 413, "too-many-events");
        assertThat(topics.read(Topics.USER_ACTIONS, this::isOurs)).isEmpty();

        JsonObject answer = new JsonObject(gateway.post(largest).body());
        assertThat(answer.getInteger("accepted")).isEqualTo(10_000);
        assertThat(answer.getJsonArray("ids").stream().distinct()).hasSize(10_000);
        assertThat(topics.read(Topics.USER_ACTIONS, this::isOurs)).hasSize(10_000);
    }

    @Test
    void shouldWriteTheSameIdTwiceForTheProcessorToCountOnce() throws Exception {
        assertAccepted(gateway.post("[" + click("twice") + "," + click("twice") + "]"), 2);

        assertThat(ids(topics.read(Topics.USER_ACTIONS, this::isOurs))).containsExactly("twice", "twice");
    }

    @Test
    void shouldCountWhatWasRejectedByItsReason() throws Exception {
        double missing = gateway.rejections("missing");

        gateway.post("[" + click("r1") + ",{},{\"type\":\"click\"}]");

        assertThat(gateway.rejections("missing")).isEqualTo(missing + 2);
    }

    @Test
    void shouldTellTheAnswersOfABatchInOneShape() throws Exception {
        HttpResponse<String> response = gateway.post("[" + click("s1") + ",{}]");

        assertThat(new JsonObject(response.body()))
                .isEqualTo(new JsonObject()
                        .put("accepted", 1)
                        .put("rejected", 1)
                        .put(
                                "items",
                                new JsonArray()
                                        .add(new JsonObject()
                                                .put("index", 1)
                                                .put("field", "type")
                                                .put("code", "missing")
                                                .put("detail", "type is required"))));
    }
}
