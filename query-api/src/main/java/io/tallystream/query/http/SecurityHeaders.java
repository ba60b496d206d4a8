package io.tallystream.query.http;

import io.vertx.ext.web.RoutingContext;
import java.util.Map;

/** Headers that keep a browser from doing with our answers what they are not for. */
final class SecurityHeaders {
    private static final Map<String, String> HEADERS = Map.of(
            "Content-Security-Policy",
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self';"
                    + " base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
            "X-Content-Type-Options",
            "nosniff",
            "Referrer-Policy",
            "no-referrer",
            "Cross-Origin-Opener-Policy",
            "same-origin",
            "Cross-Origin-Resource-Policy",
            "same-origin");

    private SecurityHeaders() {}

    static void add(RoutingContext context) {
        HEADERS.forEach(context.response()::putHeader);
        context.next();
    }
}
