package io.tallystream.runtime.management;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.tallystream.runtime.lifecycle.DaemonThreads;
import io.tallystream.runtime.lifecycle.StartupException;
import java.io.IOException;
import java.io.OutputStream;
import java.io.StringWriter;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves {@code /livez} (the process answers), {@code /readyz} (it can do its work: 200, or 503 and what is down, as JSON) and
 * {@code /metrics} (Prometheus text).
 */
public final class ManagementServer implements AutoCloseable {
    private static final int THREADS = 2;
    private static final int HTTP_OK = 200;
    private static final int HTTP_NOT_FOUND = 404;
    private static final int HTTP_METHOD_NOT_ALLOWED = 405;
    private static final int HTTP_INTERNAL_ERROR = 500;
    private static final int HTTP_UNAVAILABLE = 503;
    private static final String TEXT = "text/plain; charset=utf-8";
    private static final String METRICS = "text/plain; version=0.0.4; charset=utf-8";
    private static final Set<String> METHODS = Set.of("GET", "HEAD");
    private static final Logger LOGGER = LoggerFactory.getLogger(ManagementServer.class);
    private static final JsonFactory JSON = new JsonFactory();

    static {
        // In seconds. Without it, two clients that stall in the middle of a request would hold both threads for ever.
        String limit = "sun.net.httpserver.maxReqTime";
        System.setProperty(limit, System.getProperty(limit, "3"));
    }

    private final HttpServer server;
    private final ExecutorService threads;
    private final HealthChecks checks;
    private final BooleanSupplier stopping;

    private record Answer(int status, String contentType, String body) {}

    @FunctionalInterface
    private interface Endpoint {
        Answer answer() throws IOException;
    }

    /**
     * Starts it.
     *
     * @param address port 0 takes a free one
     * @param stopping whether the process is on its way out, which makes it not ready whatever its parts say
     * @throws StartupException if the port is taken
     */
    public ManagementServer(
            InetSocketAddress address, PrometheusMeterRegistry meters, HealthChecks checks, BooleanSupplier stopping) {
        this.checks = checks;
        this.stopping = stopping;
        try {
            server = HttpServer.create(address, 0);
        } catch (IOException e) {
            throw new StartupException(
                    "port %d (MANAGEMENT_PORT) on %s cannot be listened on: %s"
                            .formatted(address.getPort(), address.getHostString(), e.getMessage()),
                    e);
        }
        threads = Executors.newFixedThreadPool(THREADS, new DaemonThreads("management"));
        server.setExecutor(threads);
        serve(Map.of(
                "/livez", () -> new Answer(HTTP_OK, TEXT, "ok\n"),
                "/readyz", this::readiness,
                "/metrics", () -> new Answer(HTTP_OK, METRICS, meters.scrape())));
        server.start();
    }

    /** The port it listens on. */
    public int port() {
        return server.getAddress().getPort();
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }

    private void serve(Map<String, Endpoint> endpoints) {
        // One context for all: the server would take /livez/x and /livezfoo for /livez.
        server.createContext("/", exchange -> {
            try (exchange) {
                send(
                        exchange,
                        answer(exchange, endpoints.get(exchange.getRequestURI().getPath())));
            }
        });
    }

    private static Answer answer(HttpExchange exchange, Endpoint endpoint) {
        if (endpoint == null) {
            return new Answer(HTTP_NOT_FOUND, TEXT, "not found\n");
        }
        if (!METHODS.contains(exchange.getRequestMethod())) {
            exchange.getResponseHeaders().set("Allow", "GET, HEAD");
            return new Answer(HTTP_METHOD_NOT_ALLOWED, TEXT, "method not allowed\n");
        }
        try {
            return endpoint.answer();
        } catch (IOException | RuntimeException e) {
            // The server itself would drop the connection and say nothing.
            LOGGER.error("{} failed", exchange.getRequestURI().getPath(), e);
            return new Answer(HTTP_INTERNAL_ERROR, TEXT, "internal error\n");
        }
    }

    private Answer readiness() throws IOException {
        Map<String, Health> results = new TreeMap<>(checks.results());
        boolean up = !stopping.getAsBoolean() && results.values().stream().allMatch(Health::up);
        StringWriter body = new StringWriter();
        try (JsonGenerator json = JSON.createGenerator(body)) {
            json.writeStartObject();
            json.writeStringField("status", status(up));
            json.writeObjectFieldStart("checks");
            for (Map.Entry<String, Health> result : results.entrySet()) {
                json.writeObjectFieldStart(result.getKey());
                json.writeStringField("status", status(result.getValue().up()));
                json.writeStringField("detail", result.getValue().detail());
                json.writeEndObject();
            }
            json.writeEndObject();
            json.writeEndObject();
        }
        return new Answer(up ? HTTP_OK : HTTP_UNAVAILABLE, "application/json", body + "\n");
    }

    private static String status(boolean up) {
        return up ? "up" : "down";
    }

    private static void send(HttpExchange exchange, Answer answer) throws IOException {
        byte[] body = answer.body().getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", answer.contentType());
        boolean head = exchange.getRequestMethod().equals("HEAD");
        // -1 says that there is no body; 0 would say that its length is not known.
        exchange.sendResponseHeaders(answer.status(), head || body.length == 0 ? -1 : body.length);
        if (!head) {
            try (OutputStream out = exchange.getResponseBody()) {
                out.write(body);
            }
        }
    }
}
