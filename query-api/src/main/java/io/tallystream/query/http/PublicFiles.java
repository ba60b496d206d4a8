package io.tallystream.query.http;

import io.tallystream.query.contract.ApiContract;
import io.tallystream.query.contract.ApiPage;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.ext.web.Router;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The dashboard, and what tells about the API; served from memory. They hold no figures, so they need no key; what they ask for does.
 * All else needs one.
 */
final class PublicFiles {
    private static final String HTML = "text/html; charset=utf-8";
    private static final String SCRIPT = "text/javascript; charset=utf-8";
    private static final String STYLE = "text/css; charset=utf-8";
    private static final String YAML = "application/yaml; charset=utf-8";

    private final Map<String, File> files = new LinkedHashMap<>();

    private record File(String type, Buffer content) {}

    PublicFiles(ApiContract contract) {
        files.put("/", new File(HTML, read("/dashboard/index.html")));
        files.put("/dashboard.js", new File(SCRIPT, read("/dashboard/dashboard.js")));
        files.put("/dashboard.css", new File(STYLE, read("/dashboard/dashboard.css")));
        files.put("/docs", new File(HTML, Buffer.buffer(new ApiPage(contract).html())));
        files.put("/docs.css", new File(STYLE, read("/docs/docs.css")));
        files.put("/report.css", new File(STYLE, read("/report/report.css")));
        files.put("/openapi.yaml", new File(YAML, Buffer.buffer(contract.text())));
    }

    void mount(Router router) {
        files.forEach((path, file) -> router.route(path)
                .handler(ReadOnly::require)
                .handler(context -> {
                    Future<Void> sent = context.response()
                            .putHeader("Content-Type", file.type())
                            .putHeader("Cache-Control", "no-cache")
                            .end(file.content());
                    sent.onFailure(gone -> {
                        // The client went away; there is nobody to tell.
                    });
                }));
    }

    private static Buffer read(String resource) {
        try (InputStream in = PublicFiles.class.getResourceAsStream(resource)) {
            return Buffer.buffer(in.readAllBytes());
        } catch (IOException e) {
            throw new UncheckedIOException(resource + " is not in the jar", e);
        }
    }
}
