package io.tallystream.query.http;

import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.ext.web.Router;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Map;

/** The files of the dashboard, served from memory. They hold no figures, so they need no key; what they ask for does. */
final class Dashboard {
    private static final Map<String, String> FILES = Map.of(
            "/", "index.html",
            "/dashboard.js", "dashboard.js",
            "/dashboard.css", "dashboard.css");
    private static final Map<String, String> TYPES = Map.of(
            "html", "text/html; charset=utf-8",
            "js", "text/javascript; charset=utf-8",
            "css", "text/css; charset=utf-8");

    private Dashboard() {}

    static void mount(Router router) {
        FILES.forEach((path, file) -> {
            Buffer content = read(file);
            String type = TYPES.get(file.substring(file.lastIndexOf('.') + 1));
            router.route(path).handler(ReadOnly::require).handler(context -> {
                Future<Void> sent = context.response()
                        .putHeader("Content-Type", type)
                        .putHeader("Cache-Control", "no-cache")
                        .end(content);
                sent.onFailure(gone -> {
                    // The client went away; there is nobody to tell.
                });
            });
        });
    }

    private static Buffer read(String file) {
        try (InputStream in = Dashboard.class.getResourceAsStream("/dashboard/" + file)) {
            return Buffer.buffer(in.readAllBytes());
        } catch (IOException e) {
            throw new UncheckedIOException("the dashboard is not in the jar", e);
        }
    }
}
