package io.tallystream.ingest.http;

import static java.util.Objects.requireNonNull;

import io.tallystream.runtime.http.Deadlines;
import io.tallystream.runtime.http.Problem;
import io.tallystream.runtime.http.ProblemException;
import io.tallystream.runtime.http.ProblemHandler;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.Locale;
import java.util.zip.GZIPInputStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the body of a request and passes on; {@link #bodyOf} then has it, decompressed. For one event loop.
 *
 * <p>Answers 413 as soon as the body is too large, compressed or not; 415 for an encoding other than gzip; 400 for one that
 * is not what it says, or not in chunks as HTTP has them; 408 when it does not come in time, and 503 when too much is being
 * read already. It never holds more than its limits.
 */
public final class BodyReader implements Handler<RoutingContext> {
    /** How large a body may be, before it is decompressed and after. */
    public static final int MAX_BYTES = 1024 * 1024;

    private static final Logger LOGGER = LoggerFactory.getLogger(BodyReader.class);
    private static final String BODY = BodyReader.class.getName();
    private static final byte[] NOTHING = {};
    private static final int INFLATE_BYTES = 8 * 1024;

    private final BodyBudget budget;
    private final Deadlines<Reception> deadlines;

    /**
     * @param vertx of which the caller is on an event loop
     * @param limit within which a body has to arrive
     */
    public BodyReader(Vertx vertx, BodyBudget budget, Duration limit) {
        this.budget = requireNonNull(budget, "budget");
        deadlines = new Deadlines<>(vertx, limit, Reception::expire);
    }

    /** The body that was read. */
    public static byte[] bodyOf(RoutingContext context) {
        return context.get(BODY);
    }

    @Override
    public void handle(RoutingContext context) {
        HttpServerRequest request = context.request();
        Reception reception = new Reception(context, isGzip(context));
        String announced = request.getHeader(HttpHeaders.CONTENT_LENGTH);
        if (announced != null && isTooLarge(announced)) {
            // Told before any of it came.
            context.fail(413);
        } else if (request.headers().contains(HttpHeaders.EXPECT, HttpHeaders.CONTINUE, true)) {
            context.response().writeContinue();
        }
        deadlines.begin(reception);
        request.handler(reception::take).exceptionHandler(reception::breakOff).endHandler(end -> reception.finish());
    }

    private static boolean isGzip(RoutingContext context) {
        String encoding = context.request().getHeader(HttpHeaders.CONTENT_ENCODING);
        if (encoding == null) {
            return false;
        }
        switch (encoding.strip().toLowerCase(Locale.ROOT)) {
            case "identity", "" -> {
                return false;
            }
            case "gzip", "x-gzip" -> {
                return true;
            }
            default -> {
                context.response().putHeader(HttpHeaders.ACCEPT_ENCODING, "gzip");
                throw new ProblemException(new Problem(
                        415, "unsupported-encoding", "Unsupported encoding", "Content-Encoding must be gzip or none"));
            }
        }
    }

    private static boolean isTooLarge(String contentLength) {
        // The server has refused what is no number.
        return contentLength.length() > 9 || Integer.parseInt(contentLength) > MAX_BYTES;
    }

    /** One body on its way. */
    private final class Reception {
        private final RoutingContext context;
        private final boolean gzip;
        private final BoundedBytes bytes = new BoundedBytes(MAX_BYTES, budget);

        Reception(RoutingContext context, boolean gzip) {
            this.context = context;
            this.gzip = gzip;
        }

        void take(Buffer chunk) {
            if (context.failed()) {
                // Answered already; the rest is let go of, until its time is over.
                return;
            }
            try {
                byte[] received = chunk.getBytes();
                bytes.append(received, received.length);
            } catch (ProblemException e) {
                bytes.release();
                context.fail(e);
            }
        }

        void finish() {
            deadlines.end(this);
            if (context.failed()) {
                return;
            }
            BoundedBytes inflated = new BoundedBytes(MAX_BYTES, budget);
            try {
                if (gzip) {
                    inflate(inflated);
                }
                context.put(BODY, (gzip ? inflated : bytes).toBytes());
                context.next();
            } catch (ProblemException e) {
                context.fail(e);
            } finally {
                // Whoever wanted something of the body has made a copy.
                context.put(BODY, NOTHING);
                inflated.release();
                bytes.release();
            }
        }

        private void inflate(BoundedBytes inflated) {
            byte[] part = new byte[INFLATE_BYTES];
            try (GZIPInputStream in = new GZIPInputStream(new ByteArrayInputStream(bytes.toBytes()))) {
                for (int read = in.read(part); read >= 0; read = in.read(part)) {
                    inflated.append(part, read);
                }
            } catch (IOException e) {
                throw new ProblemException(
                        new Problem(400, "malformed", "Malformed body", "the body is not valid gzip"));
            }
        }

        /** Nothing more comes: the client went away, or sends what is not HTTP any more. */
        void breakOff(Throwable cause) {
            LOGGER.debug("a body was broken off", cause);
            deadlines.end(this);
            bytes.release();
            ProblemHandler.refuseBrokenBody(context, cause);
        }

        /** The connection ends with it: where the next request would begin is not known. */
        void expire() {
            bytes.release();
            if (context.failed()) {
                context.request().connection().close();
                return;
            }
            context.addEndHandler(sent -> context.request().connection().close());
            context.response().putHeader(HttpHeaders.CONNECTION, HttpHeaders.CLOSE);
            context.fail(new ProblemException(
                    new Problem(408, "body-timeout", "Request timeout", "the body did not arrive in time")));
        }
    }
}
