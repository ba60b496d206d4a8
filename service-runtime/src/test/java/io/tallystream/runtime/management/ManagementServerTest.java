package io.tallystream.runtime.management;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.tallystream.runtime.lifecycle.StartupException;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(240)
class ManagementServerTest {
    private final PrometheusMeterRegistry meters = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final HealthChecks checks = new HealthChecks();
    private final AtomicBoolean stopping = new AtomicBoolean();
    private final ManagementServer server = new ManagementServer(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), meters, checks, stopping::get);
    private final HttpClient client = HttpClient.newHttpClient();

    @AfterEach
    void close() {
        server.close();
    }

    @Test
    void shouldBeLive() throws Exception {
        HttpResponse<String> response = get("/livez");

        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.body()).isEqualTo("ok\n");
    }

    @Test
    void shouldBeReadyWhenAllChecksAreUp() throws Exception {
        checks.add("kafka", () -> Health.up("3 brokers"));
        checks.add("a \"quoted\" name", () -> Health.up("with a\nbreak"));

        HttpResponse<String> response = get("/readyz");

        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.headers().firstValue("Content-Type")).contains("application/json");
        assertThat(new JsonObject(response.body()))
                .isEqualTo(new JsonObject()
                        .put("status", "up")
                        .put(
                                "checks",
                                new JsonObject()
                                        .put("kafka", check("up", "3 brokers"))
                                        .put("a \"quoted\" name", check("up", "with a\nbreak"))));
    }

    @Test
    void shouldNotBeReadyWhenACheckIsDown() throws Exception {
        checks.add("kafka", () -> Health.up("3 brokers"));
        checks.add("redis", () -> Health.down("not connected"));

        HttpResponse<String> response = get("/readyz");

        assertThat(response.statusCode()).isEqualTo(503);
        assertThat(new JsonObject(response.body()))
                .isEqualTo(new JsonObject()
                        .put("status", "down")
                        .put(
                                "checks",
                                new JsonObject()
                                        .put("kafka", check("up", "3 brokers"))
                                        .put("redis", check("down", "not connected"))));
        assertThat(get("/livez").statusCode()).isEqualTo(200);
    }

    @Test
    void shouldNotBeReadyWhenACheckThrows() throws Exception {
        checks.add("redis", () -> {
            throw new IllegalStateException("broken");
        });

        HttpResponse<String> response = get("/readyz");

        assertThat(response.statusCode()).isEqualTo(503);
        assertThat(new JsonObject(response.body()).getJsonObject("checks").getJsonObject("redis"))
                .isEqualTo(check("down", "the check failed: java.lang.IllegalStateException: broken"));
    }

    @Test
    void shouldNotBeReadyWhenStopping() throws Exception {
        checks.add("kafka", () -> Health.up("3 brokers"));
        stopping.set(true);

        HttpResponse<String> response = get("/readyz");

        assertThat(response.statusCode()).isEqualTo(503);
        assertThat(new JsonObject(response.body()).getString("status")).isEqualTo("down");
        assertThat(get("/livez").statusCode()).isEqualTo(200);
    }

    @Test
    void shouldGiveMetrics() throws Exception {
        meters.counter("events.accepted").increment(42);

        HttpResponse<String> response = get("/metrics");

        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.headers().firstValue("Content-Type"))
                .hasValueSatisfying(type -> assertThat(type).startsWith("text/plain; version=0.0.4"));
        assertThat(response.body()).contains("events_accepted_total 42.0");
    }

    @Test
    void shouldAnswerAnErrorWhenMetricsCannotBeRead() throws Exception {
        PrometheusMeterRegistry broken = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT) {
            @Override
            public String scrape() {
                throw new IllegalStateException("hush");
            }
        };
        try (ManagementServer other = new ManagementServer(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), broken, checks, stopping::get)) {
            HttpResponse<String> response =
                    send(HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + other.port() + "/metrics")));

            assertThat(response.statusCode()).isEqualTo(500);
            assertThat(response.body()).isEqualTo("internal error\n");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/livez", "/readyz", "/metrics"})
    void shouldOnlyBeRead(String path) throws Exception {
        HttpResponse<String> post = send(request(path).POST(BodyPublishers.ofString("x".repeat(1_000))));
        HttpResponse<String> delete = send(request(path).DELETE());

        assertThat(post.statusCode()).isEqualTo(405);
        assertThat(post.headers().firstValue("Allow")).contains("GET, HEAD");
        assertThat(delete.statusCode()).isEqualTo(405);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/livez", "/readyz", "/metrics"})
    void shouldAnswerHeadWithoutABody(String path) throws Exception {
        HttpResponse<String> response = send(request(path).method("HEAD", BodyPublishers.noBody()));

        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.body()).isEmpty();
        // The connection is still good for another request.
        assertThat(get(path).statusCode()).isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/", "/livezfoo", "/livez/", "/livez/x", "/readyz/x", "/metricsfoo", "/LIVEZ", "/x/livez"})
    void shouldAnswerExactPathsOnly(String path) throws Exception {
        assertThat(get(path).statusCode()).isEqualTo(404);
        assertThat(send(request(path).POST(BodyPublishers.noBody())).statusCode())
                .isEqualTo(404);
    }

    @Test
    void shouldIgnoreTheQuery() throws Exception {
        assertThat(get("/livez?verbose").statusCode()).isEqualTo(200);
    }

    @Test
    void shouldTellATakenPort() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            assertThatThrownBy(() -> new ManagementServer(
                            address("127.0.0.1", taken.getLocalPort()), meters, checks, stopping::get))
                    .isInstanceOf(StartupException.class)
                    .message()
                    .startsWith("port %d (MANAGEMENT_PORT) on 127.0.0.1 cannot be listened on: "
                            .formatted(taken.getLocalPort()))
                    .hasLineCount(1);
        }
    }

    static Stream<InetSocketAddress> addressesOfOthers() {
        return Stream.of(
                address("192.0.2.1", 0),
                // Java takes a name that nobody knows for such.
                InetSocketAddress.createUnresolved("no-such-host.invalid", 0));
    }

    @ParameterizedTest
    @MethodSource("addressesOfOthers")
    void shouldTellAnAddressThatIsNotOurs(InetSocketAddress address) {
        assertThatThrownBy(() -> new ManagementServer(address, meters, checks, stopping::get))
                .isInstanceOf(StartupException.class)
                .message()
                .startsWith("port 0 (MANAGEMENT_PORT) on " + address.getHostString() + " cannot be listened on: ")
                .hasLineCount(1);
    }

    @Test
    void shouldListenNoMoreWhenClosed() throws Exception {
        assertThat(get("/livez").statusCode()).isEqualTo(200);

        server.close();

        assertThatThrownBy(() -> new Socket(InetAddress.getLoopbackAddress(), server.port()).close())
                .isInstanceOf(IOException.class);
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + path));
    }

    private HttpResponse<String> get(String path) throws Exception {
        return send(request(path));
    }

    private HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
        return client.send(request.build(), BodyHandlers.ofString());
    }

    @SuppressWarnings("AddressSelection") // As the process makes it from BIND_ADDRESS.
    private static InetSocketAddress address(String host, int port) {
        return new InetSocketAddress(host, port);
    }

    private static JsonObject check(String status, String detail) {
        return new JsonObject().put("status", status).put("detail", detail);
    }
}
