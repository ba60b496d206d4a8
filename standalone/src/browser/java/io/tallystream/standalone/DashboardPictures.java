package io.tallystream.standalone;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.Page;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Takes a picture of every view of a dashboard that runs, in both themes, languages and widths, to be looked at. Arguments: its address,
 * such as {@code http://127.0.0.1:8081/}, a token, and the folder for the pictures.
 */
final class DashboardPictures {
    private static final Map<String, String> VIEWS = new LinkedHashMap<>(Map.of(
            "live", "/live",
            "apis", "/apis?compare=previous",
            "growth", "/growth",
            "products", "/products",
            "reports", "/reports",
            "health", "/health"));

    private DashboardPictures() {}

    /** Takes them. */
    public static void main(String[] arguments) {
        String address = arguments[0];
        Path folder = Path.of(arguments[2]);
        try (Chromium chromium = new Chromium()) {
            for (int width : List.of(1280, 390)) {
                Browser.NewContextOptions window = new Browser.NewContextOptions().setViewportSize(width, 840);
                try (Dashboard dashboard = new Dashboard(chromium.browser(), address, window)) {
                    dashboard.signIn(arguments[1]);
                    take(dashboard, folder, width);
                }
            }
        }
    }

    private static void take(Dashboard dashboard, Path folder, int width) {
        VIEWS.forEach((name, place) -> {
            for (String theme : List.of("light", "dark")) {
                for (String language : List.of("en", "zh")) {
                    String separator = place.contains("?") ? "&" : "?";
                    dashboard.open("%s%stheme=%s&lang=%s".formatted(place, separator, theme, language));
                    dashboard.page()
                            .screenshot(new Page.ScreenshotOptions()
                                    .setFullPage(true)
                                    .setPath(folder.resolve(
                                            "%s-%s-%s-%d.png".formatted(name, theme, language, width))));
                }
            }
        });
    }
}
