package io.tallystream.query.http;

import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.RoutingContext;
import java.util.Set;

/** Paths that can only be read. */
final class ReadOnly {
    private static final Set<HttpMethod> METHODS = Set.of(HttpMethod.GET, HttpMethod.HEAD);

    private ReadOnly() {}

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
