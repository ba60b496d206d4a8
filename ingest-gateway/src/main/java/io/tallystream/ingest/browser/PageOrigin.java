package io.tallystream.ingest.browser;

import io.tallystream.runtime.http.KeyAuthentication;
import io.tallystream.runtime.http.Problem;
import io.tallystream.runtime.http.ProblemException;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.RoutingContext;

/**
 * Lets requests pass of the pages that a public key is for, tells their browsers so (CORS), and answers their preflights.
 * Browsers say of which page a request is; other programs can say anything, which is why the key is good for no more than
 * what a page may send.
 */
public final class PageOrigin {
    private static final Problem FOREIGN = new Problem(
            403, "origin", "Origin not allowed", "this key is for other pages, see tallystream keys new --origin");
    private static final String PREFLIGHT_SECONDS = "7200";

    private PageOrigin() {}

    /** Passes on what is of such a page, and is no preflight; answers 403 to the rest. Behind {@link KeyAuthentication}. */
    public static void require(RoutingContext context) {
        String origin = context.request().getHeader(HttpHeaders.ORIGIN);
        MultiMap headers = context.response().headers().add(HttpHeaders.VARY, HttpHeaders.ORIGIN);
        if (origin == null || !KeyAuthentication.keyOf(context).origins().contains(origin)) {
            throw new ProblemException(FOREIGN);
        }
        headers.add(HttpHeaders.ACCESS_CONTROL_ALLOW_ORIGIN, origin)
                // Beacons are always sent with credentials, of which we have none: else browsers show an error that is
                // none.
                .add(HttpHeaders.ACCESS_CONTROL_ALLOW_CREDENTIALS, "true")
                .add(HttpHeaders.ACCESS_CONTROL_EXPOSE_HEADERS, "RateLimit, RateLimit-Policy, Retry-After");
        if (context.request().method().equals(HttpMethod.OPTIONS)) {
            headers.add(HttpHeaders.ACCESS_CONTROL_ALLOW_METHODS, HttpMethod.POST.name())
                    .add(HttpHeaders.ACCESS_CONTROL_ALLOW_HEADERS, HttpHeaders.CONTENT_TYPE)
                    .add(HttpHeaders.ACCESS_CONTROL_MAX_AGE, PREFLIGHT_SECONDS);
            context.response().setStatusCode(204).end().onFailure(gone -> {
                // The browser went away; there is nobody to tell.
            });
        } else {
            context.next();
        }
    }
}
