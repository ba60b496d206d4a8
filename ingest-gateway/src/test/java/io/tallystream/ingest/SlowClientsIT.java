package io.tallystream.ingest;

import static io.tallystream.ingest.Problems.assertProblem;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Clients that are slow, or many, are cut off; others do not notice. */
class SlowClientsIT extends OneGateway {
    private static final int CONNECTIONS = 1_200;
    private static final int PIPELINED = 1_000;
    private static final Duration PATIENCE = Duration.ofSeconds(40);

    @Override
    Map<String, String> variables() {
        return Map.of("REQUEST_DEADLINE", "PT2S", "MAX_CONNECTIONS", Integer.toString(CONNECTIONS));
    }

    @ParameterizedTest
    @ValueSource(strings = {"Content-Encoding: identity", "Content-Encoding: gzip"})
    void shouldAnswer408ToABodyThatDripsAndClose(String encoding) throws Exception {
        byte[] body = FormatsIT.gzip(click("slow").repeat(50).getBytes(StandardCharsets.UTF_8));
        try (RawConnection connection = new RawConnection(gateway.port())) {
            connection.sendHead(
                    "POST /v1/events HTTP/1.1",
                    "Host: localhost",
                    "X-API-Key: " + Gateway.KEY,
                    "Content-Type: application/json",
                    encoding,
                    "Content-Length: 100000");
            CompletableFuture<Void> dripping = drip(connection, body, 50);

            assertAccepted(gateway.post(click("other")), 1);
            RawConnection.Answer answer = connection.read();
            assertProblem(answer.status(), answer.mediaType(), answer.body(), 408, "body-timeout");
            assertThat(answer.headers()).containsEntry("connection", "close");
            connection.awaitClosed();
            assertThat(dripping).isNotCompletedExceptionally();
        }
        await().untilAsserted(() -> assertThat(gateway.bodyBytes()).isZero());
        await().untilAsserted(() -> assertThat(gateway.requestsUnderWay()).isZero());
    }

    @Test
    void shouldCloseAConnectionWhoseRestOfATooLargeBodyDrips() throws Exception {
        try (RawConnection connection = new RawConnection(gateway.port())) {
            connection.sendHead(rawPost(100_000_000));
            assertThat(connection.read().status()).isEqualTo(413);

            var unused = drip(connection, new byte[10_000], 50);

            connection.awaitClosed();
        }
    }

    @Test
    void shouldCloseConnectionsOnWhichNoRequestComes() throws Exception {
        List<RawConnection> idle = new ArrayList<>();
        try {
            for (int i = 0; i < CONNECTIONS / 2; i++) {
                idle.add(new RawConnection(gateway.port()));
            }
            RawConnection inTheHead = new RawConnection(gateway.port());
            idle.add(inTheHead);
            var unused = drip(
                    inTheHead,
                    "POST /v1/events HTTP/1.1\r\nX-Slow: ".repeat(100).getBytes(StandardCharsets.US_ASCII),
                    200);
            await().untilAsserted(() -> assertThat(gateway.connections()).isGreaterThan(CONNECTIONS / 2));

            assertAccepted(gateway.post(click("other")), 1);
            for (RawConnection connection : idle) {
                connection.awaitClosed();
            }
        } finally {
            closeAll(idle);
        }
        assertAccepted(gateway.post(click("after")), 1);
    }

    @Test
    void shouldCloseConnectionsThatAreTooMany() throws Exception {
        assertAccepted(gateway.post(click("before")), 1);
        List<RawConnection> many = new ArrayList<>();
        try {
            int room = CONNECTIONS - (int) gateway.connections();
            for (int i = 0; i < room; i++) {
                many.add(new RawConnection(gateway.port()));
            }
            await().until(() -> gateway.connections() == CONNECTIONS);
            try (RawConnection tooMany = new RawConnection(gateway.port())) {
                tooMany.awaitClosed();
            }
            // Others go on by the connection that they have.
            assertAccepted(gateway.post(click("other")), 1);
        } finally {
            closeAll(many);
        }
        try (RawConnection again = new RawConnection(gateway.port())) {
            again.sendHead(rawPost(2)).sendBody("[]");
            assertThat(again.read().status()).isEqualTo(422);
        }
    }

    @Test
    void shouldAnswerAThousandRequestsThatComeAtOnceOnOneConnection() throws Exception {
        String event = click("piped");
        String request = String.join("\r\n", rawPost(event.length())) + "\r\n\r\n" + event;
        try (RawConnection connection = new RawConnection(gateway.port())) {
            CompletableFuture<Void> sent = CompletableFuture.runAsync(() -> {
                try {
                    connection.sendBody(request.repeat(PIPELINED));
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
            assertAccepted(gateway.post(click("other")), 1);
            for (int i = 0; i < PIPELINED; i++) {
                assertThat(connection.read().status()).isEqualTo(202);
            }
            assertThat(sent).succeedsWithin(PATIENCE);
        }
    }

    private static CompletableFuture<Void> drip(RawConnection connection, byte[] bytes, long everyMillis) {
        return CompletableFuture.runAsync(() -> {
            for (byte one : bytes) {
                try {
                    connection.sendBytes(new byte[] {one});
                    TimeUnit.MILLISECONDS.sleep(everyMillis);
                } catch (IOException e) {
                    // Cut off, as it should be.
                    return;
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    return;
                }
            }
        });
    }

    private void closeAll(List<RawConnection> connections) throws IOException {
        for (RawConnection connection : connections) {
            connection.close();
        }
        await().until(() -> gateway.connections() < CONNECTIONS / 4);
    }
}
