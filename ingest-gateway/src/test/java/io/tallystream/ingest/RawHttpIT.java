package io.tallystream.ingest;

import static io.tallystream.ingest.Problems.assertProblem;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.vertx.core.json.JsonObject;
import java.net.SocketException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What is not HTTP/1.1 as it should be, and would be understood in two ways by two servers. */
class RawHttpIT extends OneGateway {
    private static final String EVENT = "{\"type\":\"click\",\"product_id\":\"p\"}";

    static Stream<Arguments> ambiguous() {
        String length = "Content-Length: " + EVENT.length();
        String chunked = Integer.toHexString(EVENT.length()) + "\r\n" + EVENT + "\r\n0\r\n\r\n";
        return Stream.of(
                Arguments.of("both lengths", List.of(length, "Transfer-Encoding: chunked"), chunked),
                Arguments.of("two lengths", List.of(length, "Content-Length: 3"), EVENT),
                Arguments.of("a list of lengths", List.of("Content-Length: 3, " + EVENT.length()), EVENT),
                Arguments.of("a negative length", List.of("Content-Length: -1"), EVENT),
                Arguments.of("a length with a sign", List.of("Content-Length: +" + EVENT.length()), EVENT),
                Arguments.of("no number", List.of("Content-Length: x"), EVENT),
                Arguments.of("another coding behind", List.of("Transfer-Encoding: chunked, identity"), chunked),
                Arguments.of("another coding", List.of("Transfer-Encoding: xchunked"), chunked),
                Arguments.of("a space before the colon", List.of(length, "X-A : b"), EVENT),
                Arguments.of("a space in a name", List.of(length, "X A: b"), EVENT),
                Arguments.of("a control character in a name", List.of(length, "X\u0001A: b"), EVENT),
                Arguments.of("a NUL in a value", List.of(length, "X-A: b\u0000c"), EVENT),
                Arguments.of("a CR in a value", List.of(length, "X-A: b\rX-B: c"), EVENT),
                Arguments.of("no colon", List.of(length, "nonsense"), EVENT));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("ambiguous")
    void shouldRefuseWhatIsAmbiguousAndClose(String what, List<String> headers, String body) throws Exception {
        assertRefused(400, "bad-request", "POST /v1/events HTTP/1.1", headers, body);
        assertNothingWrittenAndNextRequestWorks();
    }

    static Stream<Arguments> brokenChunks() {
        return Stream.of(
                Arguments.of("100000004", EVENT, "the size of a chunk"),
                Arguments.of("zz", EVENT, "the size of a chunk"),
                Arguments.of("-1", EVENT, "the size of a chunk"),
                Arguments.of("", EVENT, "the size of a chunk"),
                Arguments.of("1", EVENT, "not as long as its size says"),
                Arguments.of("1;" + "x".repeat(9_000), "", "the chunks of the body"),
                Arguments.of("0", "X: " + "x".repeat(9_000), "the chunks of the body"));
    }

    @ParameterizedTest
    @MethodSource("brokenChunks")
    void shouldRefuseABrokenChunkAndClose(String size, String chunk, String reason) throws Exception {
        double refused = gateway.answers(400);
        try (RawConnection connection = new RawConnection(gateway.port())) {
            connection.sendHead(chunkedPost()).sendBody(Integer.toHexString(EVENT.length()) + "\r\n" + EVENT + "\r\n");
            RawConnection.Answer answer =
                    connection.sendBody(size + "\r\n" + chunk + "\r\n").read();
            JsonObject problem = assertProblem(answer.status(), answer.mediaType(), answer.body(), 400, "bad-request");
            assertThat(problem.getString("detail")).contains(reason);
            assertThat(answer.headers()).containsEntry("connection", "close");
            connection.awaitClosed();
        }
        await().untilAsserted(() -> assertThat(gateway.bodyBytes()).isZero());
        await().untilAsserted(() -> assertThat(gateway.requestsUnderWay()).isZero());
        assertThat(gateway.answers(400)).isEqualTo(refused + 1);
        assertNothingWrittenAndNextRequestWorks();
    }

    @Test
    void shouldNotCountAsRefusedABodyThatItsClientBrokeOff() throws Exception {
        double refused = gateway.answers(400);
        try (RawConnection connection = new RawConnection(gateway.port())) {
            connection.sendHead(chunkedPost()).sendBody("1\r\n{\r\n");
            await().untilAsserted(() -> assertThat(gateway.bodyBytes()).isPositive());
            connection.abort();
        }
        await().untilAsserted(() -> assertThat(gateway.bodyBytes()).isZero());
        await().untilAsserted(() -> assertThat(gateway.requestsUnderWay()).isZero());
        assertThat(gateway.answers(400)).isEqualTo(refused);
    }

    private static String[] chunkedPost() {
        return new String[] {
            "POST /v1/events HTTP/1.1",
            "Host: localhost",
            "X-API-Key: " + Gateway.KEY,
            "Content-Type: application/json",
            "Transfer-Encoding: chunked"
        };
    }

    @Test
    void shouldRefuseHeadsThatAreTooLong() throws Exception {
        List<String> many = new ArrayList<>();
        for (int i = 0; i < 500; i++) {
            many.add("X-Header-" + i + ": value");
        }
        assertRefused(431, "headers-too-large", "POST /v1/events HTTP/1.1", many, EVENT);
        assertRefused(431, "headers-too-large", "POST /v1/events HTTP/1.1", List.of("X: " + "x".repeat(9_000)), EVENT);
        assertRefused(
                431,
                "headers-too-large",
                "POST /v1/events HTTP/1.1",
                List.of("Authorization: Bearer " + "x".repeat(9_000)),
                EVENT);
        assertRefused(414, "uri-too-long", "POST /v1/events?" + "x".repeat(9_000) + " HTTP/1.1", List.of(), EVENT);
        assertNothingWrittenAndNextRequestWorks();
    }

    @Test
    void shouldNotReadAKeyOfAMegabyte() throws Exception {
        try (RawConnection connection = new RawConnection(gateway.port())) {
            connection.sendHead("POST /v1/events HTTP/1.1", "Authorization: Bearer " + "x".repeat(LIMIT));
            connection.awaitClosed();
        } catch (SocketException e) {
            // It was closed while this was still being sent.
        }
        assertNothingWrittenAndNextRequestWorks();
    }

    @Test
    void shouldRefuseWhatIsNoRequest() throws Exception {
        for (String line : List.of("nonsense", "POST  HTTP/1.1", "\u0001\u0002")) {
            assertRefused(400, "bad-request", line, List.of(), "");
        }
        assertNothingWrittenAndNextRequestWorks();
    }

    @Test
    void shouldNotTakeAKeyFromTheQuery() throws Exception {
        try (RawConnection connection = new RawConnection(gateway.port())) {
            connection
                    .sendHead(
                            "POST /v1/events?key=" + Gateway.KEY + "&X-API-Key=" + Gateway.KEY + " HTTP/1.1",
                            "Host: localhost",
                            "Content-Type: application/json",
                            "Content-Length: " + EVENT.length())
                    .sendBody(EVENT);
            RawConnection.Answer answer = connection.read();
            assertProblem(answer.status(), answer.mediaType(), answer.body(), 401, "unauthorized");
        }
        assertNothingWrittenAndNextRequestWorks();
    }

    @ParameterizedTest
    @MethodSource("splittingPaths")
    void shouldNotLetAPathSplitTheAnswer(String path) throws Exception {
        try (RawConnection connection = new RawConnection(gateway.port())) {
            connection.sendHead("GET " + path + " HTTP/1.1", "Host: localhost", "X-API-Key: " + Gateway.KEY);
            RawConnection.Answer answer = connection.read();
            assertThat(answer.status()).isBetween(400, 404);
            assertThat(answer.headers()).doesNotContainKey("x-split");
        }
        assertNothingWrittenAndNextRequestWorks();
    }

    static List<String> splittingPaths() {
        return List.of("/%0d%0aX-Split:%20yes", "/v1/events%0d%0aX-Split:yes", "/%", "/%zz", "/\u00ff", "/..%2f..");
    }

    private void assertRefused(int status, String code, String line, List<String> headers, String body)
            throws Exception {
        List<String> head = new ArrayList<>(
                Arrays.asList(line, "Host: localhost", "X-API-Key: " + Gateway.KEY, "Content-Type: application/json"));
        head.addAll(headers);
        try (RawConnection connection = new RawConnection(gateway.port())) {
            connection.sendHead(head.toArray(String[]::new)).sendBody(body);
            RawConnection.Answer answer = connection.read();
            assertProblem(answer.status(), answer.mediaType(), answer.body(), status, code);
            connection.awaitClosed();
        }
    }
}
