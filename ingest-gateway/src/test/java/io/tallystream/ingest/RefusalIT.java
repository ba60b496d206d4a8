package io.tallystream.ingest;

import static io.tallystream.ingest.Problems.assertProblem;
import static org.assertj.core.api.Assertions.assertThat;

import io.tallystream.schema.kafka.Topics;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.ByteArrayInputStream;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is no use, and what is done about it: nothing is written, and the next request works. */
class RefusalIT extends OneGateway {
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
}
