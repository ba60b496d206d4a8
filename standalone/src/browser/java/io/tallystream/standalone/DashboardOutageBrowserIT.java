package io.tallystream.standalone;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Route;
import com.microsoft.playwright.assertions.LocatorAssertions;
import io.tallystream.embedded.ChildJvm;
import io.tallystream.embedded.EmbeddedKafka;
import io.tallystream.embedded.EmbeddedRedis;
import io.tallystream.embedded.LoopbackPorts;
import io.tallystream.query.QueryMain;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
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
    private static final String OVERVIEW = "**/api/v1/stats/overview";

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
        List<Integer> ports = LoopbackPorts.anyFree(4);
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
        assertSays(dashboard, state, text);
    }

    private static void assertSays(Dashboard dashboard, String state, String text) {
        dashboard.awaitState(state);
        assertThat(dashboard.locator(".banner"))
                .containsText(text, new LocatorAssertions.ContainsTextOptions().setTimeout(Dashboard.PATIENCE_MS));
        // What was there is still there.
        assertThat(dashboard.locator("#figure-today")).hasText(Integer.toString(sent));
    }

    private static LocatorAssertions.ContainsTextOptions patience() {
        return new LocatorAssertions.ContainsTextOptions().setTimeout(Dashboard.PATIENCE_MS);
    }

    private static void assertGoesOn() {
        assertGoesOn(dashboard);
    }

    private static void assertGoesOn(Dashboard dashboard) {
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
    void shouldOutlastTheQueryApiAlone() throws Exception {
        // The program's own goes on, as all else in it does.
        int port = LoopbackPorts.anyFree();
        ChildJvm query = startQuery(port);
        awaitPage(port);
        try (Dashboard other = new Dashboard(chromium.browser(), "http://127.0.0.1:" + port + "/")) {
            other.signIn(tallystream.secret("admin-token"));
            other.awaitFigure("today", Integer.toString(sent));
            other.page().evaluate("() => { window.stayed = true; }");

            query.close();
            assertSays(other, "lost", "No answer since");
            // What is sent meanwhile counts, and is there once the page is.
            assertThat(send()).isEqualTo(202);
            dashboard.awaitFigure("today", Integer.toString(sent));

            query = startQuery(port);
            other.awaitFigure("today", Integer.toString(sent));
            assertGoesOn(other);
        } finally {
            query.close();
        }
    }

    private static void awaitPage(int port) {
        HttpRequest page = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/"))
                .build();
        Awaitility.await("the page")
                .atMost(Tallystream.READY_LIMIT)
                .ignoreExceptionsInstanceOf(IOException.class)
                .until(() -> HttpClient.newHttpClient()
                                .send(page, BodyHandlers.discarding())
                                .statusCode()
                        == 200);
    }

    private static ChildJvm startQuery(int port) throws IOException {
        return ChildJvm.start(
                List.of("-Xmx256m", "-XX:TieredStopAtLevel=1"),
                QueryMain.class.getName(),
                Map.of(
                        "QUERY_PORT", Integer.toString(port),
                        "MANAGEMENT_PORT", "0",
                        "REDIS_URI", redis.uri(),
                        "ADMIN_TOKEN", tallystream.secret("admin-token"),
                        "DATA_DIR", folder.resolve("query").toString()),
                folder.resolve("query.log"));
    }

    @Test
    @Order(4)
    void shouldTellThatNothingIsCounted() {
        // What a processor that stands still looks like: Redis has all that is in Kafka, and nothing new comes.
        try (Dashboard other = new Dashboard(chromium.browser(), tallystream.printed("Dashboard +(http://\\S+)"))) {
            other.signIn(tallystream.secret("admin-token"));
            other.page().route("**/api/v1/live", route -> route.abort());
            other.page().route(OVERVIEW, route -> {
                JsonObject figures = new JsonObject(route.fetch().text());
                Instant now = Instant.parse(figures.getString("as_of"));
                figures.getJsonObject("freshness")
                        .put("newest", now.minusSeconds(300).toString());
                route.fulfill(new Route.FulfillOptions().setBody(figures.encode()));
            });
            other.page().reload();
            assertThat(other.locator(".pulse")).containsText("nothing counted for 5.0 min", patience());
            assertThat(other.locator("[data-figure=freshness] .note")).hasText("nothing counted for 5.0 min");

            other.page().unroute(OVERVIEW);
            assertThat(send()).isEqualTo(202);
            assertThat(other.locator(".pulse")).containsText("behind", patience());
        }
    }

    @Test
    @Order(5)
    void shouldOutlastAllOfTheProgram() throws Exception {
        // What was sent last was seen by another dashboard only.
        assertThat(dashboard.locator("#figure-today"))
                .hasText(
                        Integer.toString(sent),
                        new LocatorAssertions.HasTextOptions().setTimeout(Dashboard.PATIENCE_MS));
        tallystream.kill();
        assertSays("lost", "No answer since");
        tallystream = Tallystream.ready(folder.resolve("data"), VARIABLES, "start");
        assertGoesOn();
    }
}
