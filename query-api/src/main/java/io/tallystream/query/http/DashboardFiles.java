package io.tallystream.query.http;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What the dashboard is made of. All but the page itself lies under a path that changes with the content of any of them, so that
 * browsers may keep them for good and still never mix those of two versions.
 */
final class DashboardFiles {
    private static final String HTML = "text/html; charset=utf-8";
    private static final Map<String, String> TYPES = Map.of(
            "js", "text/javascript; charset=utf-8",
            "css", "text/css; charset=utf-8",
            "json", "application/json",
            "svg", "image/svg+xml");
    private static final String CHARTS = "echarts.js";
    private static final List<String> NAMES = List.of(
            "theme.css",
            "shell.css",
            "parts.css",
            "views.css",
            "icon.svg",
            "main.js",
            "address.js",
            "api.js",
            "banner.js",
            "calendar.js",
            "chart.js",
            "chart-theme.js",
            "controls.js",
            "csv.js",
            "dom.js",
            "format.js",
            "language.js",
            "live.js",
            "panel.js",
            "ranges.js",
            "session.js",
            "shell.js",
            "sign-in.js",
            "sparkline.js",
            "table.js",
            "theme.js",
            "tiles.js",
            "windows.js",
            "views/apis.js",
            "views/endpoint.js",
            "views/growth.js",
            "views/health.js",
            "views/live.js",
            "views/products.js",
            "views/reports.js",
            "messages/en.json",
            "messages/zh.json");
    /** In the page, where the files are. */
    private static final String PLACE = "assets/";

    private final Map<String, StaticFile> files = new LinkedHashMap<>();
    private final StaticFile page;

    DashboardFiles() {
        Map<String, byte[]> contents = new LinkedHashMap<>();
        NAMES.forEach(name -> contents.put(name, StaticFile.read("/dashboard/" + name)));
        contents.put(CHARTS, StaticFile.read("/echarts/echarts.simple.min.js"));
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        contents.values().forEach(all::writeBytes);
        String place = PLACE + StaticFile.tag(all.toByteArray()) + "/";
        contents.forEach((name, content) -> files.put("/" + place + name, StaticFile.of(typeOf(name), content)));
        String html = new String(StaticFile.read("/dashboard/index.html"), StandardCharsets.UTF_8);
        page = StaticFile.of(
                HTML,
                html.replace("<!-- modules -->", preloads())
                        .replace("\"" + PLACE, "\"" + place)
                        .getBytes(StandardCharsets.UTF_8));
    }

    /** Else a browser would find each module only when it has read the one that asks for it. */
    private static String preloads() {
        StringBuilder links = new StringBuilder();
        NAMES.stream()
                .filter(name -> name.endsWith(".js"))
                .forEach(name -> links.append("<link rel=\"modulepreload\" href=\"" + PLACE + name + "\">\n  "));
        return links.toString().stripTrailing();
    }

    private static String typeOf(String name) {
        return TYPES.get(name.substring(name.lastIndexOf('.') + 1));
    }

    /** The page. */
    StaticFile page() {
        return page;
    }

    /** All else, by path. */
    Map<String, StaticFile> files() {
        return files;
    }
}
