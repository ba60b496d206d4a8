package io.tallystream.standalone;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.assertions.LocatorAssertions;
import io.tallystream.embedded.EmbeddedKafka;
import io.tallystream.embedded.EmbeddedRedis;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/** An open page while what is behind it goes away and comes back: it says so, and goes on by itself. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class DashboardOutageBrowserIT {
    private static final String PASSWORD = "0123456789abcdef";

    @TempDir
    private static Path folder;

    private static final Map<String, String> VARIABLES = new HashMap<>();
    private static EmbeddedKafka kafka;
    private static EmbeddedRedis redis;
    private static Tallystream tallystream;
    private static Chromium chromium;
    private static Dashboard dashboard;
    private static int sent;

    @BeforeAll
    static void start() throws IOException {
        List<Integer> ports = freePorts(4);
        startKafka(ports.get(0));
        startRedis(ports.get(1));
        VARIABLES.put("KAFKA_BOOTSTRAP_SERVERS", kafka.bootstrapServers());
        VARIABLES.put("REDIS_URI", redis.uri());
        VARIABLES.put("PARTITIONS", "2");
        VARIABLES.put("QUERY_PORT", Integer.toString(ports.get(2)));
        VARIABLES.put("INGEST_PORT", Integer.toString(ports.get(3)));
        tallystream = Tallystream.ready(folder.resolve("data"), VARIABLES, "start");
        chromium = new Chromium();
        dashboard = new Dashboard(chromium.browser(), tallystream.printed("Dashboard +(http://\\S+)"))
                .signIn(tallystream.secret("admin-token"));
        assertThat(send()).isEqualTo(202);
        dashboard.awaitFigure("today", Integer.toString(sent));
        dashboard.page().evaluate("() => { window.stayed = true; }");
    }

    @AfterAll
    static void stop() {
        chromium.close();
        tallystream.close();
        kafka.close();
        redis.close();
    }

    private static void startKafka(int port) {
        kafka = EmbeddedKafka.start(new EmbeddedKafka.Config(folder.resolve("kafka"), port));
    }

    private static void startRedis(int port) {
        redis = EmbeddedRedis.start(new EmbeddedRedis.Config(folder.resolve("redis"), port, PASSWORD));
    }

    /** Different ones: none is given out again while the others are held. */
    private static List<Integer> freePorts(int number) throws IOException {
        Set<ServerSocket> held = new HashSet<>();
        List<Integer> ports = new ArrayList<>();
        for (int i = 0; i < number; i++) {
            ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
            held.add(socket);
            ports.add(socket.getLocalPort());
        }
        for (ServerSocket socket : held) {
            socket.close();
        }
        return ports;
    }

    private static int send() {
        int status = tallystream
                .post(new JsonObject()
                        .put("type", "api_call")
                        .put("endpoint", "/hello")
                        .put("status", 200)
                        .encode())
                .statusCode();
        sent += status == 202 ? 1 : 0;
        return status;
    }

    private static void assertSays(String state, String text) {
        dashboard.awaitState(state);
        assertThat(dashboard.locator(".banner"))
                .containsText(text, new LocatorAssertions.ContainsTextOptions().setTimeout(Dashboard.PATIENCE_MS));
        // What was there is still there.
        assertThat(dashboard.locator("#figure-today")).hasText(Integer.toString(sent));
    }

    private static void assertGoesOn() {
        dashboard.awaitState("live");
        assertThat(dashboard.locator(".banner")).isHidden();
        assertThat(send()).isEqualTo(202);
        dashboard.awaitFigure("today", Integer.toString(sent));
        assertThat(dashboard.page().evaluate("() => window.stayed")).isEqualTo(true);
    }

    @Test
    @Order(1)
    void shouldOutlastRedis() {
        int port = redis.port();
        redis.close();
        assertSays("unavailable", "Redis has not answered");
        startRedis(port);
        assertGoesOn();
    }

    @Test
    @Order(2)
    void shouldOutlastTheBroker() {
        int port = kafka.port();
        kafka.close();
        assertSays("behind", "Kafka");
        startKafka(port);
        assertGoesOn();
    }

    @Test
    @Order(3)
    void shouldOutlastTheQueryApi() throws Exception {
        tallystream.kill();
        assertSays("lost", "No answer since");
        tallystream = Tallystream.ready(folder.resolve("data"), VARIABLES, "start");
        assertGoesOn();
    }
}
