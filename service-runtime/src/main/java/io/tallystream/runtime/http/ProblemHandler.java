package io.tallystream.runtime.http;

import io.netty.handler.codec.http.InvalidChunkTerminationException;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.Route;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Answers whatever went wrong as a {@link Problem}. Stateless. */
public final class ProblemHandler implements Handler<RoutingContext> {
    private static final Logger LOGGER = LoggerFactory.getLogger(ProblemHandler.class);
    private static final int LEAST_ERROR = 400;
    private static final int INTERNAL_ERROR = 500;
    private static final int MOST_ERROR = 599;
    private static final String LONGEST = HttpListener.MAX_HEADERS_BYTES + " bytes";
    private static final Problem INTERNAL =
            new Problem(INTERNAL_ERROR, "internal", "Internal error", "this is our fault and has been logged");
    private static final Problem INVALID =
            new Problem(400, "bad-request", "Bad request", "the request is not valid HTTP/1.1");
    private static final Problem TOO_LONG_LINE =
            new Problem(414, "uri-too-long", "URI too long", "the request line is longer than " + LONGEST);
    private static final Problem TOO_LONG_HEADERS =
            new Problem(431, "headers-too-large", "Headers too large", "the headers are longer than " + LONGEST);
    private static final String BROKEN_CHUNK_SIZE = "the size of a chunk is not hexadecimal, or too large";
    private static final String BROKEN_CHUNK_END = "a chunk is not as long as its size says";
    private static final String BROKEN_CHUNKS = "the chunks of the body are not as HTTP/1.1 has them";
    private static final Map<Integer, Problem> KNOWN = Stream.of(
                    new Problem(400, "bad-request", "Bad request", "the request cannot be understood"),
                    new Problem(401, "unauthorized", "Unauthorized", "a valid key is needed"),
                    new Problem(403, "forbidden", "Forbidden", "this key may not do that"),
                    new Problem(404, "not-found", "Not found", "there is nothing under this path"),
                    new Problem(405, "method-not-allowed", "Method not allowed", "this path does not take this method"),
                    new Problem(406, "not-acceptable", "Not acceptable", "this path has none of the accepted types"),
                    new Problem(413, "too-large", "Too large", "the body is too large"),
                    new Problem(415, "unsupported-media-type", "Unsupported media type", "not a type this path takes"),
                    new Problem(429, "too-many-requests", "Too many requests", "try again later"),
                    new Problem(503, "unavailable", "Unavailable", "try again later"))
            .collect(Collectors.toUnmodifiableMap(Problem::status, Function.identity()));

    private final int status;

    // The context does not always know: of a path that cannot be decoded it has no status.
    private ProblemHandler(int status) {
        this.status = status;
    }

    /** Makes the router answer all its errors this way. */
    public static void install(Router router) {
        IntStream.rangeClosed(LEAST_ERROR, MOST_ERROR)
                .forEach(status -> router.errorHandler(status, new ProblemHandler(status)));
        // Before all routes: one that matches and has no handler makes the router forget a 405 of those before it.
        router.route().order(Integer.MIN_VALUE).failureHandler(ProblemHandler::breakOff);
    }

    /** Answers what is not HTTP as it should be, and ends its connection, of which nobody knows where the next request begins. */
    static void refuseInvalid(HttpServerRequest request) {
        Throwable cause = request.decoderResult().cause();
        Problem problem = INVALID;
        if (cause instanceof TooLongHttpLineException) {
            problem = TOO_LONG_LINE;
        } else if (cause instanceof TooLongHttpHeaderException) {
            problem = TOO_LONG_HEADERS;
        }
        problem.send(request.response().putHeader(HttpHeaders.CONNECTION, HttpHeaders.CLOSE));
        request.connection().close();
    }

    /**
     * Answers a body that turns out not to be HTTP as it should be, and ends its connection as {@link #refuseInvalid} does.
     * Does nothing if an answer was begun already or the client is gone.
     *
     * @param cause what the exception handler of the request was told
     */
    public static void refuseBrokenBody(RoutingContext context, Throwable cause) {
        HttpServerResponse response = context.response();
        if (cause instanceof IOException || context.failed() || response.headWritten() || response.closed()) {
            return;
        }
        response.putHeader(HttpHeaders.CONNECTION, HttpHeaders.CLOSE);
        context.fail(new ProblemException(new Problem(400, INVALID.code(), INVALID.title(), brokenBody(cause))));
        // The server closes, too, but at once, without what it has not sent yet.
        context.request().connection().close();
    }

    private static String brokenBody(Throwable cause) {
        if (cause instanceof NumberFormatException) {
            return BROKEN_CHUNK_SIZE;
        }
        return cause instanceof InvalidChunkTerminationException ? BROKEN_CHUNK_END : BROKEN_CHUNKS;
    }

    @Override
    public void handle(RoutingContext context) {
        problemOf(context).send(context.response());
    }

    /** Ends the connection of an answer that was begun, since it must not look whole, nor keep the client waiting. */
    private static void breakOff(RoutingContext context) {
        HttpServerResponse response = context.response();
        if (response.closed() || response.ended()) {
            // The client went away, or has its answer; there is nobody to tell.
            LOGGER.debug("failed after the answer", context.failure());
        } else if (response.headWritten()) {
            log(context);
            response.reset().onFailure(gone -> LOGGER.debug("a client went away", gone));
        } else {
            context.next();
        }
    }

    private Problem problemOf(RoutingContext context) {
        if (context.failure() instanceof ProblemException answer) {
            return answer.problem();
        }
        Problem known = KNOWN.get(status);
        if (known != null) {
            return known;
        }
        if (status < INTERNAL_ERROR) {
            return new Problem(status, "refused", "Refused", "the request was refused");
        }
        log(context);
        return INTERNAL;
    }

    private static void log(RoutingContext context) {
        LOGGER.error("{} {} failed", context.request().method(), routeOf(context), context.failure());
    }

    /** For logs: unlike the path, it holds no ids of users, and nothing else from outside. */
    static String routeOf(RoutingContext context) {
        Route route = context.currentRoute();
        return route == null || route.getPath() == null ? "outside all routes" : route.getPath();
    }
}
