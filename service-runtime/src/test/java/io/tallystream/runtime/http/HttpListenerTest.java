package io.tallystream.runtime.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.tallystream.runtime.config.Settings;
import io.tallystream.runtime.lifecycle.StartupException;
import io.vertx.core.Promise;
import io.vertx.ext.web.Router;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(240)
class HttpListenerTest {
    private static final int LOOPS = Runtime.getRuntime().availableProcessors();

    @Test
    void shouldShareOneFreePortOutAmongAllEventLoops() throws Exception {
        AtomicInteger handlers = new AtomicInteger();
        Set<String> threads = ConcurrentHashMap.newKeySet();

        try (TestServer server = TestServer.start(router -> {
            handlers.incrementAndGet();
            router.route().handler(context -> {
                threads.add(Thread.currentThread().getName());
                // So that the next request comes by another connection.
                context.response().putHeader("Connection", "close").end("fine").onFailure(context::fail);
            });
        })) {
            for (int i = 0; i < LOOPS; i++) {
                assertThat(server.get("/").body()).isEqualTo("fine");
            }
        }

        assertThat(handlers).hasValue(LOOPS);
        assertThat(threads).hasSize(LOOPS);
    }

    @Test
    void shouldListenOnTheGivenPort() throws Exception {
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }

        try (HttpListener listener = start(port)) {
            assertThat(listener.port()).isEqualTo(port);
            new Socket(InetAddress.getLoopbackAddress(), port).close();
        }
    }

    @Test
    void shouldTellATakenPort() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            int port = taken.getLocalPort();

            assertThatThrownBy(() -> start(port))
                    .isInstanceOf(StartupException.class)
                    .message()
                    .startsWith("port %d (QUERY_PORT) on 127.0.0.1 cannot be listened on: ".formatted(port))
                    .containsIgnoringCase("in use")
                    .hasLineCount(1);
        }
        assertNoThreadLeft();
    }

    @Test
    void shouldTellAnAddressThatIsNotOurs() {
        assertThatThrownBy(() -> HttpListener.start("192.0.2.1", Settings.QUERY_PORT, 0, vertx -> request -> {}))
                .isInstanceOf(StartupException.class)
                .message()
                .startsWith("port 0 (QUERY_PORT) on 192.0.2.1 cannot be listened on: ")
                .hasLineCount(1);
        assertNoThreadLeft();
    }

    @Test
    void shouldNotTakeABrokenHandlerForAMistakeOfTheOperator() {
        RuntimeException broken = new IllegalArgumentException("no such route");

        assertThatThrownBy(() -> HttpListener.start(TestServer.LOOPBACK, Settings.QUERY_PORT, 0, vertx -> {
                    throw broken;
                }))
                .isInstanceOf(IllegalStateException.class)
                .hasCause(broken);
        assertNoThreadLeft();
    }

    @Test
    void shouldLeaveNothingBehindWhenTheStartIsInterrupted() {
        Thread.currentThread().interrupt();

        assertThatThrownBy(() -> start(0)).isInstanceOf(InterruptedException.class);
        assertThat(Thread.interrupted()).isFalse();
        assertNoThreadLeft();
    }

    @Test
    void shouldLetRequestsUnderWayBeAnsweredWhenClosed() throws Exception {
        CountDownLatch arrived = new CountDownLatch(LOOPS);
        Promise<String> answer = Promise.promise();
        TestServer server = TestServer.start(router -> slowRoute(router, arrived, answer));
        List<CompletableFuture<HttpResponse<String>>> underWay = IntStream.range(0, LOOPS)
                .mapToObj(i -> server.client().sendAsync(server.request("/slow").build(), BodyHandlers.ofString()))
                .toList();
        assertThat(arrived.await(30, TimeUnit.SECONDS)).isTrue();

        CompletableFuture<Void> closed = CompletableFuture.runAsync(server::close);
        await().until(() -> !accepts(server.listener().port()));
        assertThat(closed).isNotDone();
        answer.complete("late but whole");

        for (CompletableFuture<HttpResponse<String>> request : underWay) {
            assertThat(request.get(30, TimeUnit.SECONDS).body()).isEqualTo("late but whole");
        }
        closed.get(30, TimeUnit.SECONDS);
        assertNoThreadLeft();
    }

    @Test
    void shouldNotWaitLongForARequestThatIsNeverAnswered() throws Exception {
        CountDownLatch arrived = new CountDownLatch(1);
        TestServer server = TestServer.start(router -> slowRoute(router, arrived, Promise.promise()));
        CompletableFuture<HttpResponse<String>> underWay =
                server.client().sendAsync(server.request("/slow").build(), BodyHandlers.ofString());
        assertThat(arrived.await(30, TimeUnit.SECONDS)).isTrue();

        server.close();

        assertThat(underWay)
                .failsWithin(30, TimeUnit.SECONDS)
                .withThrowableThat()
                .withCauseInstanceOf(IOException.class);
        assertNoThreadLeft();
    }

    private static void slowRoute(Router router, CountDownLatch arrived, Promise<String> answer) {
        router.get("/slow").handler(context -> {
            answer.future().onSuccess(context::end);
            arrived.countDown();
        });
    }

    private static HttpListener start(int port) throws InterruptedException {
        return HttpListener.start(
                TestServer.LOOPBACK,
                Settings.QUERY_PORT,
                port,
                vertx -> request -> request.response().end("fine"));
    }

    private static boolean accepts(int port) {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return socket.isConnected();
        } catch (IOException e) {
            return false;
        }
    }

    private static void assertNoThreadLeft() {
        await().untilAsserted(() -> assertThat(Thread.getAllStackTraces().keySet().stream()
                        .map(Thread::getName)
                        .filter(name -> name.startsWith("vert.x-"))
                        .collect(Collectors.toSet()))
                .isEmpty());
    }
}
