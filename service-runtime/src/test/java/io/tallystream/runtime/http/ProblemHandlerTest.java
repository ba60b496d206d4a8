package io.tallystream.runtime.http;

import static io.tallystream.runtime.http.TestServer.problem;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.handler.BodyHandler;
import io.vertx.ext.web.handler.HttpException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(240)
class ProblemHandlerTest {
    private static final Problem RANGE = new Problem(422, "range", "Range", "too long ago", Map.of("finest", "day"));
    private static final CountDownLatch CLIENT_GONE = new CountDownLatch(1);
    private static TestServer server;

    @BeforeAll
    static void start() throws Exception {
        server = TestServer.start(ProblemHandlerTest::routes);
    }

    private static void routes(Router router) {
        router.get("/fine").handler(context -> context.end("fine"));
        router.get("/users/:id/clicks").handler(context -> context.end(ProblemHandler.routeOf(context)));
        router.get("/throws").handler(context -> {
            throw new IllegalStateException("hush");
        });
        router.get("/lacks-a-class").handler(context -> {
            throw new NoClassDefFoundError("hush");
        });
        router.get("/fails").handler(context -> context.fail(new IOException("hush")));
        router.get("/fails/:status").handler(context -> context.fail(Integer.parseInt(context.pathParam("status"))));
        router.get("/http-exception").handler(context -> context.fail(new HttpException(409, "hush")));
        router.get("/problem").handler(context -> {
            throw new ProblemException(RANGE);
        });
        router.get("/problem-later")
                .handler(context -> context.vertx().runOnContext(then -> context.fail(new ProblemException(RANGE))));
        router.get("/half").handler(context -> {
            context.response().setChunked(true);
            context.response().write("half an ans").onComplete(sent -> context.fail(new IOException("hush")));
        });
        router.post("/json").consumes("application/json").produces("text/csv").handler(context -> context.end("fine"));
        router.post("/small")
                .handler(BodyHandler.create(false).setBodyLimit(10))
                .handler(context -> context.end("fine"));
        router.post("/goes").handler(context -> {
            context.request().exceptionHandler(gone -> {
                context.fail(gone);
                CLIENT_GONE.countDown();
            });
            context.request().handler(body -> {});
        });
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @Test
    void shouldNameNoUserInLogs() throws Exception {
        assertThat(server.get("/users/canary/clicks").body()).isEqualTo("/users/:id/clicks");
    }

    @Test
    void shouldAnswerUnknownPaths() throws Exception {
        problem(server.get("/nowhere"), 404, "not-found");
        problem(server.get("/"), 404, "not-found");
    }

    @Test
    void shouldAnswerPathsThatCannotBeDecoded() throws Exception {
        assertThat(server.rawGet("/%zz")).startsWith("HTTP/1.1 400 ").contains(Problem.MEDIA_TYPE);
    }

    @Test
    void shouldAnswerWrongMethods() throws Exception {
        problem(server.send(server.request("/fine").DELETE()), 405, "method-not-allowed");
    }

    @Test
    void shouldAnswerWrongTypes() throws Exception {
        problem(
                server.send(server.request("/json")
                        .header("Content-Type", "text/plain")
                        .POST(BodyPublishers.ofString("x"))),
                415,
                "unsupported-media-type");
        problem(
                server.send(server.request("/json")
                        .header("Content-Type", "application/json")
                        .header("Accept", "image/png")
                        .POST(BodyPublishers.ofString("{}"))),
                406,
                "not-acceptable");
    }

    @Test
    void shouldAnswerBodiesThatAreTooLarge() throws Exception {
        problem(server.send(server.request("/small").POST(BodyPublishers.ofString("0123456789X"))), 413, "too-large");
        assertThat(server.send(server.request("/small").POST(BodyPublishers.ofString("0123456789")))
                        .statusCode())
                .isEqualTo(200);
    }

    @ParameterizedTest
    @CsvSource({"/throws", "/lacks-a-class", "/fails", "/fails/500", "/fails/599"})
    void shouldKeepDetailsOfFailuresToItself(String path) throws Exception {
        HttpResponse<String> response = server.get(path);

        problem(response, 500, "internal");
        assertThat(response.body()).doesNotContain("hush", "Exception", "Error\"", "java");
    }

    @ParameterizedTest
    @CsvSource({
        "/fails/400, 400, bad-request",
        "/fails/401, 401, unauthorized",
        "/fails/403, 403, forbidden",
        "/fails/429, 429, too-many-requests",
        "/fails/503, 503, unavailable",
        "/fails/418, 418, refused",
        "/http-exception, 409, refused",
    })
    void shouldAnswerAllStatusesAsProblems(String path, int status, String code) throws Exception {
        HttpResponse<String> response = server.get(path);

        problem(response, status, code);
        assertThat(response.body()).doesNotContain("hush");
    }

    @ParameterizedTest
    @CsvSource({"/problem", "/problem-later"})
    void shouldAnswerWithTheProblemThatWasThrown(String path) throws Exception {
        HttpResponse<String> response = server.get(path);

        assertThat(problem(response, 422, "range")).isEqualTo(RANGE.toJson());
    }

    @Test
    void shouldNotLetHalfAnAnswerLookWhole() throws Exception {
        assertThatThrownBy(() -> server.get("/half")).isInstanceOf(IOException.class);
        // And that client's connection alone was closed.
        assertThat(server.get("/fine").body()).isEqualTo("fine");
    }

    @Test
    void shouldBearClientsThatGo() throws Exception {
        try (Socket socket =
                new Socket(InetAddress.getLoopbackAddress(), server.listener().port())) {
            socket.getOutputStream()
                    .write("POST /goes HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nhalf"
                            .getBytes(StandardCharsets.US_ASCII));
        }

        await().until(() -> CLIENT_GONE.getCount() == 0);
        assertThat(server.get("/fine").body()).isEqualTo("fine");
    }

    @Test
    void shouldAnswerHeadWithoutABody() throws Exception {
        HttpResponse<String> response =
                server.send(server.request("/nowhere").method(HttpMethod.HEAD.name(), BodyPublishers.noBody()));

        assertThat(response.statusCode()).isEqualTo(404);
        assertThat(response.body()).isEmpty();
    }
}
