package io.tallystream.runtime.http;

import io.vertx.core.Handler;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Answers whatever went wrong as a {@link Problem}. Stateless. */
public final class ProblemHandler implements Handler<RoutingContext> {
    private static final Logger LOGGER = LoggerFactory.getLogger(ProblemHandler.class);
    private static final int INTERNAL_ERROR = 500;
    private static final Map<Integer, Problem> KNOWN = Map.of(
            400, new Problem(400, "bad-request", "Bad request", "the request cannot be understood"),
            404, new Problem(404, "not-found", "Not found", "there is nothing under this path"),
            405, new Problem(405, "method-not-allowed", "Method not allowed", "this path does not take this method"),
            413, new Problem(413, "too-large", "Too large", "the body is too large"),
            415,
                    new Problem(
                            415,
                            "unsupported-media-type",
                            "Unsupported media type",
                            "the body must be application/json"));

    /** Makes the router answer all its errors this way. */
    public static void install(Router router) {
        ProblemHandler handler = new ProblemHandler();
        KNOWN.keySet().forEach(status -> router.errorHandler(status, handler));
        router.errorHandler(INTERNAL_ERROR, handler);
    }

    @Override
    public void handle(RoutingContext context) {
        problemOf(context).send(context.response());
    }

    private static Problem problemOf(RoutingContext context) {
        if (context.failure() instanceof ProblemException answer) {
            return answer.problem();
        }
        Problem known = KNOWN.get(context.statusCode());
        if (known != null) {
            return known;
        }
        LOGGER.error(
                "{} {} failed",
                context.request().method(),
                context.currentRoute() == null ? "" : context.currentRoute().getName(),
                context.failure());
        return new Problem(INTERNAL_ERROR, "internal", "Internal error", "this is our fault and has been logged");
    }
}
