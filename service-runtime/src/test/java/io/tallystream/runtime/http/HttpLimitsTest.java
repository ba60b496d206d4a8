package io.tallystream.runtime.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tallystream.runtime.config.Settings;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(240)
class HttpLimitsTest {
    private static final Duration LONG = Duration.ofMinutes(5);
    private static final Duration SHORT = Duration.ofSeconds(1);
    private static final String REQUEST = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";

    @Test
    void shouldCloseAConnectionOnWhichNoRequestComesWhateverElseDoes() throws Exception {
        try (HttpListener listener = start(new HttpLimits(SHORT, LONG, 10, SHORT));
                Socket silent = connect(listener);
                Socket dripping = connect(listener);
                Socket good = connect(listener)) {
            good.getOutputStream().write(REQUEST.getBytes(StandardCharsets.US_ASCII));
            CompletableFuture<Void> drip = drip(dripping);

            assertClosed(silent);
            assertClosed(dripping);
            assertThat(drip).succeedsWithin(LONG);

            assertThat(listener.connections()).isEqualTo(1);
            assertThat(good.getInputStream().read()).isEqualTo('H');
        }
    }

    @Test
    void shouldCloseAConnectionOnWhichTheNextRequestDoesNotCome() throws Exception {
        try (HttpListener listener = start(new HttpLimits(LONG, SHORT, 10, SHORT));
                Socket dripping = connect(listener)) {
            dripping.getOutputStream().write(REQUEST.getBytes(StandardCharsets.US_ASCII));
            CompletableFuture<Void> drip = drip(dripping);

            assertClosed(dripping);
            assertThat(drip).succeedsWithin(LONG);
        }
    }

    @Test
    void shouldLetAnswersTakeAsLongAsTheyLikeWhereThereIsNoLimit() throws Exception {
        try (HttpListener listener = start(new HttpLimits(SHORT, Duration.ZERO, 10, SHORT));
                Socket patient = connect(listener);
                Socket silent = connect(listener)) {
            patient.getOutputStream().write(REQUEST.getBytes(StandardCharsets.US_ASCII));
            assertThat(patient.getInputStream().read()).isEqualTo('H');

            assertClosed(silent);

            patient.getInputStream().skipNBytes(patient.getInputStream().available());
            patient.getOutputStream().write(REQUEST.getBytes(StandardCharsets.US_ASCII));
            assertThat(patient.getInputStream().read()).isEqualTo('H');
        }
    }

    @Test
    void shouldCloseConnectionsThatAreTooMany() throws Exception {
        try (HttpListener listener = start(new HttpLimits(LONG, LONG, 1, SHORT))) {
            try (Socket first = connect(listener)) {
                await().until(() -> listener.connections() == 1);
                try (Socket second = connect(listener)) {
                    assertClosed(second);
                }
                assertThat(first.isClosed()).isFalse();
            }
            await().until(() -> listener.connections() == 0);
            try (Socket third = connect(listener)) {
                third.getOutputStream().write(REQUEST.getBytes(StandardCharsets.US_ASCII));
                assertThat(third.getInputStream().read()).isEqualTo('H');
            }
        }
    }

    @Test
    void shouldAnswerWhatIsNotHttpWithAProblem() throws Exception {
        try (HttpListener listener = start(HttpLimits.DEFAULT);
                Socket socket = connect(listener)) {
            socket.getOutputStream().write("GET / HTTP/1.1\r\nX A: b\r\n\r\n".getBytes(StandardCharsets.US_ASCII));

            String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

            assertThat(answer).startsWith("HTTP/1.1 400 ").contains("application/problem+json", "bad-request");
        }
    }

    private static HttpListener start(HttpLimits limits) throws InterruptedException {
        return HttpListener.start(
                TestServer.LOOPBACK,
                Settings.INGEST_PORT,
                0,
                limits,
                vertx -> request -> request.response().end("fine"));
    }

    private static Socket connect(HttpListener listener) throws IOException {
        return new Socket(InetAddress.getLoopbackAddress(), listener.port());
    }

    /** The head of a request, a byte at a time, until the server has enough of it. */
    private static CompletableFuture<Void> drip(Socket socket) {
        return CompletableFuture.runAsync(() -> {
            try {
                socket.getOutputStream().write("GET / HTTP/1.1\r\nX: ".getBytes(StandardCharsets.US_ASCII));
                while (true) {
                    socket.getOutputStream().write('x');
                    TimeUnit.MILLISECONDS.sleep(50);
                }
            } catch (IOException e) {
                // Cut off.
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
    }

    private static void assertClosed(Socket socket) throws IOException {
        try {
            InputStream in = socket.getInputStream();
            while (in.read() >= 0) {
                // What was answered before.
            }
        } catch (SocketException e) {
            // A reset is an end too.
        }
    }
}
