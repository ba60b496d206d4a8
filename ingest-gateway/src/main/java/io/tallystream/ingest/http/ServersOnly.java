package io.tallystream.ingest.http;

import io.tallystream.runtime.http.Problem;
import io.tallystream.runtime.http.ProblemException;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;

/** Keeps secret keys out of web pages, where they would not stay secret: browsers say of which page a request is. */
public final class ServersOnly {
    private static final Problem FROM_A_BROWSER = new Problem(
            403,
            "browser",
            "Not from a browser",
            "this key is a secret and the request is from a web page; pages send to /v1/collect with a key of scope collect");

    private ServersOnly() {}

    /** Passes on what is not from a browser; answers 403 to the rest. */
    public static void require(RoutingContext context) {
        if (context.request().headers().contains(HttpHeaders.ORIGIN)) {
            throw new ProblemException(FROM_A_BROWSER);
        }
        context.next();
    }
}
