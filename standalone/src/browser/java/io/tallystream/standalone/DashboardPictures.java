package io.tallystream.standalone;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Route;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Takes a picture of every view of a dashboard that runs, of the page to sign in, and of what is shown when something is
 * wrong, in both themes, languages and widths, to be looked at. Arguments: its address, such as
 * {@code http://127.0.0.1:8081/}, a token, and the folder for the pictures. Of a new installation there is {@code live}
 * only.
 */
final class DashboardPictures {
    private static final Map<String, String> VIEWS = views();
    private static final Map<String, Consumer<Dashboard>> STATES = states();
    private static final String OVERVIEW = "**/api/v1/stats/overview";
    private static final String TOP = "**/api/v1/stats/top*";

    private DashboardPictures() {}

    /** Takes them. */
    public static void main(String[] arguments) {
        String address = arguments[0];
        Path folder = Path.of(arguments[2]);
        try (Chromium chromium = new Chromium()) {
            for (int width : List.of(1280, 390)) {
                for (String theme : List.of("light", "dark")) {
                    for (String language : List.of("en", "zh")) {
                        Browser.NewContextOptions window = new Browser.NewContextOptions().setViewportSize(width, 840);
                        String look = "theme=%s&lang=%s".formatted(theme, language);
                        try (Dashboard dashboard = new Dashboard(chromium.browser(), address, window)) {
                            new Shots(dashboard, folder, look, "%s-%s-%d".formatted(theme, language, width))
                                    .all(arguments[1]);
                        }
                    }
                }
            }
        }
    }

    private record Shots(Dashboard dashboard, Path folder, String look, String suffix) {
        void all(String token) {
            dashboard.page().navigate(dashboard.address() + "#/live?" + look);
            dashboard.locator("#token").waitFor();
            shoot("sign-in");
            dashboard.signIn(token);
            if (isNew()) {
                shoot("new");
                return;
            }
            VIEWS.forEach((name, place) -> {
                open(place);
                if (name.startsWith("apis")) {
                    dashboard.locator(".spark").first().waitFor();
                }
                shoot(name);
            });
            dashboard.locator(".panel-tools [aria-pressed]").first().click();
            shoot("table");
            // It asks for the figures then.
            dashboard.page().route("**/api/v1/live", Route::abort);
            dashboard.page().reload();
            dashboard.awaitState("polling");
            STATES.forEach((name, make) -> {
                open("/live");
                make.accept(dashboard);
                shoot("state-" + name);
                dashboard.page().unroute(OVERVIEW);
                dashboard.page().unroute(TOP);
            });
        }

        private boolean isNew() {
            dashboard.page().navigate(dashboard.address() + "#/live?" + look);
            dashboard.locator("#content .panel").first().waitFor();
            return dashboard.locator("#first-event").isVisible();
        }

        private void open(String place) {
            dashboard.open(place + (place.contains("?") ? "&" : "?") + look);
        }

        private void shoot(String name) {
            dashboard
                    .page()
                    .screenshot(new Page.ScreenshotOptions()
                            .setFullPage(true)
                            .setPath(folder.resolve(name + "-" + suffix + ".png")));
        }
    }

    private static Map<String, String> views() {
        Map<String, String> views = new LinkedHashMap<>();
        views.put("live", "/live");
        views.put("apis", "/apis");
        views.put("apis-hour-week", "/apis?span=hour&compare=week");
        views.put("endpoint", "/apis/%2Fapi%2Fsearch?compare=previous");
        views.put("endpoint-30d", "/apis/%2Fapi%2Fsearch?range=30d");
        views.put("growth", "/growth");
        views.put("products", "/products");
        views.put("reports", "/reports");
        views.put("reports-none", "/reports?month=2020-02");
        views.put("health", "/health");
        return views;
    }

    /** What is shown when something is wrong, brought about by other answers. */
    private static Map<String, Consumer<Dashboard>> states() {
        Map<String, Consumer<Dashboard>> states = new LinkedHashMap<>();
        states.put("behind", dashboard -> {
            answer(dashboard, figures -> figures.getJsonObject("freshness").put("behind_ms", 42_000));
            dashboard.awaitState("behind");
        });
        states.put("quiet", dashboard -> {
            answer(dashboard, figures -> figures.getJsonObject("freshness").put("newest", "2026-01-01T00:00:00Z"));
            dashboard.locator(".pulse[data-quiet]").waitFor();
        });
        states.put("stale", dashboard -> {
            answer(dashboard, figures -> figures.put("stale", true));
            dashboard.awaitState("stale");
        });
        states.put("unavailable", dashboard -> {
            dashboard.page().route(OVERVIEW, DashboardPictures::refuse);
            dashboard.awaitState("unavailable");
        });
        states.put("lost", dashboard -> {
            dashboard.page().route(OVERVIEW, Route::abort);
            dashboard.awaitState("lost");
        });
        states.put("error", dashboard -> {
            dashboard.page().route(TOP, DashboardPictures::refuse);
            dashboard.page().click("nav a[href^='#/products']");
            dashboard.locator("[role=alert]").waitFor();
        });
        states.put("loading", dashboard -> {
            dashboard.page().route(TOP, route -> {});
            dashboard.page().click("nav a[href^='#/products']");
            dashboard.locator(".ghost").waitFor();
        });
        return states;
    }

    /** Changes the figures that the page is answered. */
    private static void answer(Dashboard dashboard, Consumer<JsonObject> change) {
        dashboard.page().route(OVERVIEW, route -> {
            JsonObject figures = new JsonObject(route.fetch().text());
            change.accept(figures);
            route.fulfill(new Route.FulfillOptions().setBody(figures.encode()));
        });
    }

    private static void refuse(Route route) {
        JsonObject problem = new JsonObject()
                .put("type", "urn:tallystream:problem:unavailable")
                .put("detail", "Redis does not answer.");
        route.fulfill(new Route.FulfillOptions().setStatus(503).setBody(problem.encode()));
    }
}
