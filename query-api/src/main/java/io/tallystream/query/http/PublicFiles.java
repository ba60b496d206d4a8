package io.tallystream.query.http;

import io.tallystream.query.contract.ApiContract;
import io.tallystream.query.contract.ApiPage;
import io.vertx.ext.web.Router;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The dashboard, and what tells about the API; served from memory. They hold no figures, so they need no key; what they ask
 * for does. All else needs one.
 */
final class PublicFiles {
    private static final String HTML = "text/html; charset=utf-8";
    private static final String STYLE = "text/css; charset=utf-8";
    private static final String YAML = "application/yaml; charset=utf-8";

    private final DashboardFiles dashboard = new DashboardFiles();
    private final Map<String, StaticFile> files = new LinkedHashMap<>();

    PublicFiles(ApiContract contract) {
        files.put("/", dashboard.page());
        files.put("/docs", text(HTML, new ApiPage(contract).html()));
        files.put("/docs.css", StaticFile.of(STYLE, StaticFile.read("/docs/docs.css")));
        files.put("/report.css", StaticFile.of(STYLE, StaticFile.read("/report/report.css")));
        files.put("/openapi.yaml", text(YAML, contract.text()));
    }

    void mount(Router router) {
        dashboard.files().forEach((path, file) -> mount(router, path, file, StaticFile.FOREVER));
        files.forEach((path, file) -> mount(router, path, file, StaticFile.ASK));
    }

    private static void mount(Router router, String path, StaticFile file, String caching) {
        router.route(path).handler(ReadOnly::require).handler(context -> file.send(context, caching));
    }

    private static StaticFile text(String type, String text) {
        return StaticFile.of(type, text.getBytes(StandardCharsets.UTF_8));
    }
}
