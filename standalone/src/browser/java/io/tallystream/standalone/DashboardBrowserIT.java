package io.tallystream.standalone;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.ColorScheme;
import io.tallystream.embedded.LoopbackPorts;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The dashboard in a real browser before the real pipeline. One program for all tests; the first of them finds it new. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class DashboardBrowserIT {
    private static final String EVIL = "<img src=x onerror=alert(1)>";
    private static final List<String> VIEWS =
            List.of("/live", "/apis", "/apis/%2Fhello", "/growth", "/products", "/reports", "/health");

    @TempDir
    private static Path folder;

    private static Tallystream tallystream;
    private static Chromium chromium;

    @BeforeAll
    static void start() throws IOException {
        tallystream = Tallystream.ready(
                folder.resolve("data"), Map.of("INGEST_PORT", Integer.toString(LoopbackPorts.anyFree())), "start");
        chromium = new Chromium();
    }

    @AfterAll
    static void stop() {
        chromium.close();
        tallystream.close();
    }

    private static String address() {
        return tallystream.printed("Dashboard +(http://\\S+)");
    }

    private static Dashboard signedIn() {
        return new Dashboard(chromium.browser(), address()).signIn(tallystream.secret("admin-token"));
    }

    @Test
    @Order(1)
    void shouldLetItselfBeEnteredOnceByTheLinkThatIsPrinted() {
        String link = tallystream.printed("Log in +(http://\\S+)");
        try (Dashboard first = new Dashboard(chromium.browser(), address());
                Dashboard second = new Dashboard(chromium.browser(), address())) {
            first.page().navigate(link);
            first.awaitState("live");
            assertThat(first.page().url()).doesNotContain("code");
            assertThat(first.page().evaluate("() => JSON.stringify({...localStorage, ...sessionStorage})"))
                    .isEqualTo("{}");
            assertThat(first.page().evaluate("() => document.cookie")).isEqualTo("");

            second.page().navigate(link);
            assertThat(second.locator(".problem")).containsText("has been used");
            assertThat(second.locator("#token")).isVisible();
        }
    }

    @Test
    @Order(2)
    void shouldShowANewInstallationHowToSendItsFirstEvent() throws Exception {
        try (Dashboard dashboard = signedIn()) {
            dashboard.open("/live");
            String command = dashboard.locator("#first-event").innerText();

            Process shell = new ProcessBuilder("bash", "-c", command)
                    .directory(folder.toFile())
                    .redirectErrorStream(true)
                    .start();
            String answer = new String(shell.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

            assertThat(answer).contains("\"accepted\":1");
            dashboard.awaitFigure("today", "1");
            assertThat(dashboard.locator(".hot a")).hasText("/hello");
            dashboard.assertNoProblems();
        }
    }

    @Test
    @Order(3)
    void shouldShowNewEventsWithoutBeingLoadedAgain() {
        try (Dashboard dashboard = signedIn()) {
            dashboard.open("/live");
            dashboard.page().evaluate("() => { window.stayed = true; }");
            JsonArray events = new JsonArray();
            for (int i = 0; i < 100; i++) {
                events.add(call("/api/orders", i < 90 ? 200 : 500, 20 + i));
            }

            assertThat(tallystream.post(events.encode()).statusCode()).isEqualTo(202);

            dashboard.awaitFigure("today", "101");
            dashboard.awaitFigure("success", "90.10%");
            assertThat(dashboard.locator(".hot a").first()).hasText("/api/orders");
            assertThat(dashboard.page().evaluate("() => window.stayed")).isEqualTo(true);
            dashboard.assertNoProblems();
        }
    }

    @Test
    @Order(4)
    void shouldShowNamesAsText() {
        JsonArray events = new JsonArray();
        for (int i = 0; i < 5; i++) {
            events.add(call(EVIL, 200, 5))
                    .add(new JsonObject()
                            .put("type", "click")
                            .put("user_id", "u")
                            .put("product_id", EVIL))
                    .add(new JsonObject()
                            .put("type", "page_view")
                            .put("user_id", "u")
                            .put("page", "/" + EVIL));
        }
        assertThat(tallystream.post(events.encode()).statusCode()).isEqualTo(202);
        try (Dashboard dashboard = signedIn()) {
            dashboard.open("/live");
            dashboard.awaitFigure("today", "106");
            assertThat(dashboard.locator(".hot").getByText(EVIL)).isVisible();

            dashboard.open("/apis");
            dashboard.locator("[data-panel=endpoints]").getByText(EVIL).click();
            assertThat(dashboard.locator("h1")).hasText(EVIL);
            dashboard.awaitView();
            dashboard.open("/products");
            assertThat(dashboard.locator("[data-panel=products]").getByText(EVIL))
                    .isVisible();
            assertThat(dashboard.locator("[data-panel=pages]").getByText(EVIL)).isVisible();
            assertThat(dashboard.locator("#content img")).hasCount(0);
            dashboard.assertNoProblems();
        }
    }

    @Test
    @Order(5)
    void shouldShowEachViewWithoutAnythingGoingWrong() {
        String today = tallystream.overview().getJsonObject("today").getString("date");
        assertThat(tallystream.postAdmin("/api/v1/reports/daily/" + today).statusCode())
                .isEqualTo(200);
        try (Dashboard dashboard = signedIn()) {
            for (String view : VIEWS) {
                for (String theme : List.of("light", "dark")) {
                    dashboard.open(view + "?theme=" + theme);
                    dashboard.assertAccessible();
                }
                for (int width : List.of(390, 768, 1280)) {
                    dashboard.page().setViewportSize(width, 844);
                    dashboard.assertFits();
                }
                for (var table :
                        dashboard.locator(".panel-tools [aria-pressed]").all()) {
                    table.click();
                }
                assertThat(dashboard.locator(".chart:visible")).hasCount(0);
                dashboard.assertAccessible();
            }
            assertThat(dashboard.locator("#verdict .badge")).isVisible();
            dashboard.open("/reports/" + today);
            assertThat(dashboard.locator("#figure-total_calls")).hasText("106");
            Page printed = dashboard
                    .page()
                    .waitForPopup(() -> dashboard.locator("#print-report").click());
            assertThat(printed.locator("h1")).containsText(today);
            dashboard.assertNoProblems();
        }
    }

    @Test
    @Order(6)
    void shouldShowTheSameNumbersInFilesAsTheApiAnswers() {
        try (Dashboard dashboard = signedIn()) {
            // What was counted last may reach one of the two first.
            Awaitility.await()
                    .pollInSameThread()
                    .atMost(Tallystream.READY_LIMIT)
                    .untilAsserted(() -> assertSameEndpoints(dashboard));

            dashboard.open("/growth?days=7");
            List<String> days = new ArrayList<>(dashboard.csv("growth"));
            assertThat(String.join("\r\n", days) + "\r\n")
                    .isEqualTo(tallystream
                            .get(
                                    tallystream.secret("admin-token"),
                                    "/api/v1/users/growth?format=csv&from="
                                            + days.get(1).substring(0, 10))
                            .body());
            assertThat(days).hasSize(8);
        }
    }

    private static void assertSameEndpoints(Dashboard dashboard) {
        dashboard.open("/apis");
        Map<String, String> answered = new LinkedHashMap<>();
        for (Object row : tallystream.ask("/api/v1/stats/endpoints").getJsonArray("data")) {
            JsonObject endpoint = (JsonObject) row;
            answered.put(endpoint.getString("endpoint"), numbers(endpoint));
        }
        List<String> lines = dashboard.csv("endpoints");
        assertThat(lines.get(0)).isEqualTo("endpoint,calls,share,success_rate,p50,p95,p99");
        Map<String, String> written = new LinkedHashMap<>();
        for (String line : lines.subList(1, lines.size())) {
            List<String> cells = List.of(line.split(",", -1));
            written.put(cells.get(0), String.join(",", cells.get(1), cells.get(3), cells.get(4), cells.get(6)));
        }
        assertThat(written).isEqualTo(answered).hasSize(3);
    }

    private static String numbers(JsonObject endpoint) {
        List<String> cells = new ArrayList<>();
        for (String name : List.of("calls", "success_rate", "p50", "p99")) {
            // Numbers have no needless zeros in a browser.
            Number number = endpoint.getNumber(name);
            if (number == null) {
                cells.add("");
            } else {
                cells.add(number.doubleValue() == number.longValue() ? "" + number.longValue() : number.toString());
            }
        }
        return String.join(",", cells);
    }

    @Test
    @Order(7)
    void shouldSpeakAnotherLanguageAndWearAnotherTheme() {
        try (Dashboard dashboard = signedIn()) {
            dashboard.open("/live");
            dashboard.locator("[data-focus=language]").click();
            assertThat(dashboard.locator("h1")).hasText("实时");
            assertThat(dashboard.locator("html")).hasAttribute("lang", "zh-CN");
            assertThat(dashboard.locator("[data-focus=language]")).isFocused();
            dashboard.locator("[data-focus=theme]").click();
            assertThat(dashboard.locator("html")).hasAttribute("data-theme", "dark");
            dashboard.page().click("nav a[href^='#/health']");
            dashboard.awaitView();
            assertThat(dashboard.locator("[data-panel=reconciliation] tbody th").first())
                    .hasText("调用次数，全部小时");
            for (String name :
                    dashboard.locator("[data-panel=reconciliation] tbody").allInnerTexts()) {
                assertThat(name).doesNotContainPattern("[a-z]");
            }
            dashboard.page().click("nav a[href^='#/growth']");
            assertThat(dashboard.locator("h1")).hasText("增长");
            assertThat(dashboard.page().url()).contains("lang=zh").contains("theme=dark");

            // Kept for those who come back without a link.
            dashboard.page().navigate("about:blank");
            dashboard.open("");
            assertThat(dashboard.locator("h1")).hasText("实时");
            assertThat(dashboard.locator("html")).hasAttribute("data-theme", "dark");
            dashboard.assertNoProblems();
        }
        try (Dashboard dashboard = new Dashboard(
                chromium.browser(), address(), new Browser.NewContextOptions().setColorScheme(ColorScheme.DARK))) {
            dashboard.page().navigate(address());
            assertThat(dashboard.locator("html")).hasAttribute("data-theme", "dark");
            assertThat(dashboard.locator("#token")).isVisible();
            dashboard.assertAccessible();
        }
    }

    @Test
    @Order(8)
    void shouldShowTheSameToWhoeverHasTheLink() {
        try (Dashboard dashboard = signedIn()) {
            dashboard.open("/apis/%2Fhello");
            dashboard.locator("[data-focus=range7d]").click();
            dashboard.locator("[data-focus=granularity]").selectOption("day");
            dashboard.locator("[data-focus=compare]").selectOption("week");
            dashboard.awaitView();
            String link = dashboard.page().url();

            dashboard.page().navigate("about:blank");
            dashboard.page().navigate(link);
            dashboard.awaitView();

            assertThat(dashboard.locator("h1")).hasText("/hello");
            assertThat(dashboard.locator("[data-focus=range7d]")).hasAttribute("aria-pressed", "true");
            assertThat(dashboard.locator("[data-focus=granularity]")).hasValue("day");
            assertThat(dashboard.locator("[data-focus=compare]")).hasValue("week");
            assertThat(dashboard.csv("endpoint-calls")).hasSize(8);
            dashboard.assertNoProblems();
        }
    }

    @Test
    @Order(9)
    void shouldBeUsableByKeyboard() {
        try (Dashboard dashboard = signedIn()) {
            dashboard.open("/apis");
            dashboard.locator("[data-panel=api-calls] .canvas").focus();
            dashboard.page().keyboard().press("End");
            assertThat(dashboard.locator("[data-panel=api-calls] .tip")).isVisible();
            dashboard.page().keyboard().press("Escape");
            assertThat(dashboard.locator("[data-panel=api-calls] .tip")).isHidden();
            dashboard.locator("nav a").nth(2).focus();
            dashboard.page().keyboard().press("Enter");
            assertThat(dashboard.locator("h1")).hasText("Growth");
            assertThat(dashboard.locator("h1")).isFocused();
        }
    }

    @Test
    @Order(10)
    void shouldBeSmallAndKeptByTheBrowser() {
        String transferred = "() => performance.getEntries().filter(each => each.transferSize !== undefined)"
                + ".filter(each => !each.name.includes('/api/')).reduce((sum, each) => sum + each.transferSize, 0)";
        try (Dashboard dashboard = new Dashboard(chromium.browser(), address())) {
            dashboard.signIn(tallystream.secret("admin-token")).open("/live");
            assertThat(((Number) dashboard.page().evaluate(transferred)).intValue())
                    .isBetween(100_000, 500_000);

            dashboard.page().reload();
            dashboard.awaitView();
            assertThat(((Number) dashboard.page().evaluate(transferred)).intValue())
                    .isLessThan(10_000);
        }
    }

    @ParameterizedTest
    @Order(11)
    @ValueSource(strings = {"#sign-out", ""})
    void shouldTellThoseWhoseSessionHasEnded(String button) {
        try (Dashboard dashboard = signedIn()) {
            dashboard.open("/live");
            if (button.isEmpty()) {
                dashboard.page().context().clearCookies();
                dashboard.page().click("nav a[href^='#/growth']");
                assertThat(dashboard.locator(".problem")).containsText("has ended");
            } else {
                dashboard.page().click(button);
            }
            assertThat(dashboard.locator("#token")).isVisible();
            assertThat(dashboard.locator(".tiles")).hasCount(0);
            dashboard.page().reload();
            assertThat(dashboard.locator("#token")).isVisible();

            dashboard.page().fill("#token", "wrong");
            dashboard.page().click("form button");
            assertThat(dashboard.locator(".problem")).containsText("not valid");
        }
    }

    @Test
    @Order(12)
    void shouldAskWhereItCannotListen() {
        try (Dashboard dashboard = new Dashboard(chromium.browser(), address())) {
            dashboard.page().route("**/api/v1/live", route -> route.abort());
            dashboard.page().navigate(address());
            dashboard.page().fill("#token", tallystream.secret("admin-token"));
            dashboard.page().click("form button");
            dashboard.awaitState("polling");

            dashboard.page().unroute("**/api/v1/live");
            dashboard.awaitState("live");
        }
    }

    private static JsonObject call(String endpoint, int status, int duration) {
        return new JsonObject()
                .put("type", "api_call")
                .put("endpoint", endpoint)
                .put("status", status)
                .put("duration_ms", duration)
                .put("user_id", "u" + duration);
    }
}
