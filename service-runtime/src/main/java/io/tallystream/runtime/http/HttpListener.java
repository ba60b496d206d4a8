package io.tallystream.runtime.http;

import static java.util.Objects.requireNonNull;

import io.tallystream.runtime.config.Setting;
import io.tallystream.runtime.lifecycle.StartupException;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.file.FileSystemOptions;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** An HTTP server on one port with one event loop for each processor. Single use. */
public final class HttpListener implements AutoCloseable {
    /** How long the line of a request may be, and how long its headers together. */
    static final int MAX_HEADERS_BYTES = 8_192;

    private static final Logger LOGGER = LoggerFactory.getLogger(HttpListener.class);
    private static final int IDLE_SECONDS = 60;
    private static final long START_LIMIT_SECONDS = 60;
    // Beyond the time in which requests may end.
    private static final Duration CLOSE_MARGIN = Duration.ofSeconds(5);

    private final Vertx vertx;
    private final int port;
    private final Shared shared;

    /** What makes the handler of one event loop. */
    @FunctionalInterface
    public interface HandlerFactory extends Function<Vertx, Handler<HttpServerRequest>> {}

    private HttpListener(Vertx vertx, int port, Shared shared) {
        this.vertx = vertx;
        this.port = port;
        this.shared = shared;
    }

    /** What the event loops have in common. */
    private record Shared(
            HttpServerOptions options,
            HttpLimits limits,
            HandlerFactory handlers,
            AtomicInteger boundPort,
            AtomicInteger connections,
            AtomicBoolean leaving) {}

    /**
     * Starts listening, with {@link HttpLimits#DEFAULT}. Throws as
     * {@link #start(String, Setting, int, HttpLimits, HandlerFactory)} does.
     */
    public static HttpListener start(String address, Setting<Integer> portSetting, int port, HandlerFactory handlers)
            throws InterruptedException {
        return start(address, portSetting, port, HttpLimits.DEFAULT, handlers);
    }

    /**
     * Starts listening, for HTTP/1.1.
     *
     * @param portSetting names the port in errors
     * @param port 0 takes a free one
     * @throws StartupException if the port cannot be listened on
     * @throws IllegalStateException if it does not start for another reason, such as a handler that cannot be made
     */
    public static HttpListener start(
            String address, Setting<Integer> portSetting, int port, HttpLimits limits, HandlerFactory handlers)
            throws InterruptedException {
        requireNonNull(limits, "limits");
        requireNonNull(handlers, "handlers");
        Vertx vertx = Vertx.vertx(new VertxOptions()
                .setFileSystemOptions(
                        new FileSystemOptions().setFileCachingEnabled(false).setClassPathResolvingEnabled(false)));
        // To Vert.x -1 is one free port for all servers, and 0 a free port for each.
        int vertxPort = port == 0 ? -1 : port;
        DeploymentOptions oneForEachLoop =
                new DeploymentOptions().setInstances(VertxOptions.DEFAULT_EVENT_LOOP_POOL_SIZE / 2);
        HttpServerOptions options = new HttpServerOptions()
                .setHost(address)
                .setPort(vertxPort)
                .setIdleTimeout(IDLE_SECONDS)
                .setMaxHeaderSize(MAX_HEADERS_BYTES)
                .setMaxInitialLineLength(MAX_HEADERS_BYTES)
                // Without TLS no browser asks for it, and it would need limits of its own.
                .setHttp2ClearTextEnabled(false)
                // We have no WebSockets; what would compress them closes connections with more than 128 requests under
                // way.
                .setPerMessageWebSocketCompressionSupported(false)
                .setPerFrameWebSocketCompressionSupported(false)
                .setDecompressionSupported(false);
        Shared shared =
                new Shared(options, limits, handlers, new AtomicInteger(), new AtomicInteger(), new AtomicBoolean());
        boolean listening = false;
        try {
            await(vertx.deployVerticle(() -> new ListeningVerticle(shared), oneForEachLoop), START_LIMIT_SECONDS);
            listening = true;
            return new HttpListener(vertx, shared.boundPort().get(), shared);
        } catch (ExecutionException e) {
            if (!(e.getCause() instanceof IOException)) {
                throw new IllegalStateException("the HTTP server did not start", e.getCause());
            }
            throw new StartupException(
                    "port %d (%s) on %s cannot be listened on: %s"
                            .formatted(
                                    port,
                                    portSetting.name(),
                                    address,
                                    e.getCause().getMessage()),
                    e.getCause());
        } catch (TimeoutException e) {
            throw new IllegalStateException("the HTTP server did not start in " + START_LIMIT_SECONDS + " s", e);
        } finally {
            if (!listening) {
                close(vertx, limits);
            }
        }
    }

    /** The port it listens on. */
    public int port() {
        return port;
    }

    /** Connections that are open. */
    public int connections() {
        return shared.connections().get();
    }

    /**
     * From now on tells clients with each answer to go on by another connection, for which a load balancer has another
     * server.
     */
    public void sendClientsAway() {
        shared.leaving().set(true);
    }

    /** Takes no more connections, lets requests under way be answered for as long as the limits say, and ends. */
    @Override
    public void close() {
        close(vertx, shared.limits());
    }

    private static void close(Vertx vertx, HttpLimits limits) {
        try {
            await(vertx.close(), limits.drain().plus(CLOSE_MARGIN).toSeconds());
        } catch (ExecutionException | TimeoutException e) {
            LOGGER.warn("the HTTP server did not close in time", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static <T> void await(Future<T> future, long limitSeconds)
            throws InterruptedException, ExecutionException, TimeoutException {
        future.toCompletionStage().toCompletableFuture().get(limitSeconds, TimeUnit.SECONDS);
    }

    /** Servers of one Vert.x on one port share its connections out among their event loops. */
    private static final class ListeningVerticle extends VerticleBase {
        private final Shared shared;
        private HttpServer server;

        ListeningVerticle(Shared shared) {
            this.shared = shared;
        }

        @Override
        public Future<?> start() {
            ConnectionWatch watch = new ConnectionWatch(vertx, shared.limits(), shared.connections());
            Handler<HttpServerRequest> handler = shared.handlers().apply(vertx);
            server = vertx.createHttpServer(shared.options())
                    .connectionHandler(watch::opened)
                    .invalidRequestHandler(ProblemHandler::refuseInvalid)
                    .requestHandler(request -> {
                        watch.requested(request.connection());
                        if (shared.leaving().get()) {
                            request.response().putHeader(HttpHeaders.CONNECTION, HttpHeaders.CLOSE);
                        }
                        handler.handle(request);
                    });
            return server.listen().onSuccess(listening -> shared.boundPort().set(listening.actualPort()));
        }

        @Override
        public Future<?> stop() {
            return server.shutdown(shared.limits().drain().toMillis(), TimeUnit.MILLISECONDS);
        }
    }
}
