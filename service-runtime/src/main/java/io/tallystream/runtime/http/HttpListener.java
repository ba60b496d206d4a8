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
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import java.io.IOException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** An HTTP server on one port with one event loop for each processor. Single use. */
public final class HttpListener implements AutoCloseable {
    private static final Logger LOGGER = LoggerFactory.getLogger(HttpListener.class);
    private static final int IDLE_SECONDS = 60;
    private static final int MAX_HEADERS_BYTES = 8_192;
    private static final long START_LIMIT_SECONDS = 20;
    private static final long CLOSE_LIMIT_SECONDS = 10;
    private static final long DRAIN_LIMIT_SECONDS = 5;

    private final Vertx vertx;
    private final int port;

    /** What makes the handler of one event loop. */
    @FunctionalInterface
    public interface HandlerFactory extends Function<Vertx, Handler<HttpServerRequest>> {}

    private HttpListener(Vertx vertx, int port) {
        this.vertx = vertx;
        this.port = port;
    }

    /**
     * Starts listening.
     *
     * @param portSetting names the port in errors
     * @param port 0 takes a free one
     * @throws StartupException if the port cannot be listened on
     * @throws IllegalStateException if it does not start for another reason, such as a handler that cannot be made
     */
    public static HttpListener start(String address, Setting<Integer> portSetting, int port, HandlerFactory handlers)
            throws InterruptedException {
        requireNonNull(handlers, "handlers");
        Vertx vertx = Vertx.vertx(new VertxOptions()
                .setFileSystemOptions(
                        new FileSystemOptions().setFileCachingEnabled(false).setClassPathResolvingEnabled(false)));
        // To Vert.x -1 is one free port for all servers, and 0 a free port for each.
        int vertxPort = port == 0 ? -1 : port;
        AtomicInteger boundPort = new AtomicInteger();
        DeploymentOptions oneForEachLoop =
                new DeploymentOptions().setInstances(VertxOptions.DEFAULT_EVENT_LOOP_POOL_SIZE / 2);
        HttpServerOptions options = new HttpServerOptions()
                .setHost(address)
                .setPort(vertxPort)
                .setIdleTimeout(IDLE_SECONDS)
                .setMaxHeaderSize(MAX_HEADERS_BYTES)
                .setDecompressionSupported(false);
        boolean listening = false;
        try {
            await(
                    vertx.deployVerticle(() -> new ListeningVerticle(options, boundPort, handlers), oneForEachLoop),
                    START_LIMIT_SECONDS);
            listening = true;
            return new HttpListener(vertx, boundPort.get());
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
                close(vertx);
            }
        }
    }

    /** The port it listens on. */
    public int port() {
        return port;
    }

    /** Takes no more connections, lets requests under way be answered for a few seconds, and ends. */
    @Override
    public void close() {
        close(vertx);
    }

    private static void close(Vertx vertx) {
        try {
            await(vertx.close(), CLOSE_LIMIT_SECONDS);
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
        private final HttpServerOptions options;
        private final AtomicInteger boundPort;
        private final HandlerFactory handlers;
        private HttpServer server;

        ListeningVerticle(HttpServerOptions options, AtomicInteger boundPort, HandlerFactory handlers) {
            this.options = options;
            this.boundPort = boundPort;
            this.handlers = handlers;
        }

        @Override
        public Future<?> start() {
            server = vertx.createHttpServer(options).requestHandler(handlers.apply(vertx));
            return server.listen().onSuccess(listening -> boundPort.set(listening.actualPort()));
        }

        @Override
        public Future<?> stop() {
            return server.shutdown(DRAIN_LIMIT_SECONDS, TimeUnit.SECONDS);
        }
    }
}
