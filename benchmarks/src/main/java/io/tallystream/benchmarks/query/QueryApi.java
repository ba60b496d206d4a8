package io.tallystream.benchmarks.query;

import io.tallystream.benchmarks.process.ServiceChild;
import io.tallystream.benchmarks.report.ProcessUsage;
import io.tallystream.embedded.LoopbackPorts;
import io.tallystream.query.QueryMain;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.PoolOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletionStage;

/** The query API in a process of its own, with a client for it in this one. Thread-safe. */
final class QueryApi implements AutoCloseable {
    // Sooner than the server, which would close a connection that a request is just being sent on.
    private static final int KEEP_ALIVE_SECONDS = 10;
    private static final String TOKEN = UUID.randomUUID().toString();
    private static final int CONNECTIONS = 32;

    private final ServiceChild child;
    private final Vertx vertx = Vertx.vertx();
    private final HttpClient http;

    private QueryApi(ServiceChild child, int port) {
        this.child = child;
        http = vertx.createHttpClient(
                new HttpClientOptions()
                        .setDefaultHost("127.0.0.1")
                        .setDefaultPort(port)
                        .setKeepAliveTimeout(KEEP_ALIVE_SECONDS),
                new PoolOptions().setHttp1MaxSize(CONNECTIONS));
    }

    /** Starts it, and returns when it is ready. */
    static QueryApi start(String redisUri, Path folder) throws IOException, InterruptedException {
        int port = LoopbackPorts.anyFree();
        ServiceChild child = ServiceChild.start(
                "query-api",
                QueryMain.class,
                Map.of(
                        "QUERY_PORT",
                        Integer.toString(port),
                        "REDIS_URI",
                        redisUri,
                        "REDIS_KEY_PREFIX",
                        QueryData.PREFIX,
                        "ADMIN_TOKEN",
                        TOKEN,
                        "RETENTION_MINUTE",
                        QueryData.KEPT.toString(),
                        "RETENTION_HOUR",
                        QueryData.KEPT.toString()),
                folder);
        return new QueryApi(child.awaitReady(), port);
    }

    ProcessUsage usage() {
        return child.usage();
    }

    /** Completes with the answer, or exceptionally if there is none or it is not 200. */
    CompletionStage<?> ask(String path) {
        Promise<Object> answer = Promise.promise();
        // On one context: from elsewhere, the body may have come before anybody asks for it.
        vertx.runOnContext(any -> http.request(HttpMethod.GET, path)
                .compose(request ->
                        request.putHeader("Authorization", "Bearer " + TOKEN).send())
                .compose(QueryApi::whole)
                .onComplete(done -> answer.handle(done.mapEmpty())));
        return answer.future().toCompletionStage();
    }

    private static Future<?> whole(HttpClientResponse response) {
        return response.statusCode() == 200
                ? response.body()
                : Future.failedFuture(new IOException("answered with " + response.statusCode()));
    }

    @Override
    public void close() {
        vertx.close().toCompletionStage().toCompletableFuture().join();
        child.close();
    }
}
