package io.tallystream.benchmarks.gateway;

import io.tallystream.runtime.config.Settings;
import io.tallystream.runtime.http.HttpListener;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;

/** The program of {@link Echo}. Takes a port. Answers to {@code /40} have 40 bytes. */
final class EchoMain {
    private final ConcurrentHashMap<String, Buffer> answers = new ConcurrentHashMap<>();

    private EchoMain() {}

    public static void main(String[] arguments) throws InterruptedException {
        EchoMain echo = new EchoMain();
        HttpListener listener = HttpListener.start(
                "127.0.0.1", Settings.INGEST_PORT, Integer.parseInt(arguments[0]), vertx -> echo::answer);
        Runtime.getRuntime().addShutdownHook(new Thread(listener::close, "close"));
        new CountDownLatch(1).await();
    }

    private void answer(HttpServerRequest request) {
        var unused = request.body()
                .compose(body -> request.response()
                        .setStatusCode(202)
                        .putHeader("Content-Type", "application/json")
                        .end(answers.computeIfAbsent(request.path(), EchoMain::make)));
    }

    private static Buffer make(String path) {
        return Buffer.buffer("x".repeat(Integer.parseInt(path.substring(1))));
    }
}
