package io.tallystream.query.http;

import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.RoutingContext;
import java.util.Set;

/** Which methods a path takes; most can only be read. */
final class ReadOnly {
    private static final Set<HttpMethod> METHODS = Set.of(HttpMethod.GET, HttpMethod.HEAD);

    private ReadOnly() {}

    /** Lets those methods pass, and HEAD with GET. */
    static void require(RoutingContext context, Set<String> methods) {
        String method = context.request().method().name();
        if (methods.contains(method.equals("HEAD") ? "GET" : method)) {
            context.next();
        } else {
            context.response()
                    .putHeader(HttpHeaders.ALLOW, String.join(", ", methods).replace("GET", "GET, HEAD"));
            context.fail(405);
        }
    }

    /** Lets GET and HEAD pass. Answers are made alike for both; Vert.x leaves the body out for HEAD. */
    static void require(RoutingContext context) {
        if (METHODS.contains(context.request().method())) {
            context.next();
        } else {
            context.response().putHeader(HttpHeaders.ALLOW, "GET, HEAD");
            context.fail(405);
        }
    }
}
