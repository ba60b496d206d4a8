package io.tallystream.ingest.http;

import static java.util.Objects.requireNonNull;

import io.tallystream.ingest.intake.BodyFormat;
import io.tallystream.ingest.intake.EventBatch;
import io.tallystream.ingest.intake.EventIntake;
import io.tallystream.runtime.http.Problem;
import io.tallystream.runtime.http.ProblemException;
import io.tallystream.schema.event.EventType;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;
import java.time.Clock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code POST /click}: a click event without its type, for callers that know no other. 200 means what 202 means of
 * {@link EventsHandler}. Behind a {@link BodyReader}. For one event loop.
 */
public final class ClickHandler implements Handler<RoutingContext> {
    private static final Logger LOGGER = LoggerFactory.getLogger(ClickHandler.class);

    private final EventIntake intake;
    private final Submission submission;
    private final Clock clock = Clock.systemUTC();

    /** Submits what it reads. */
    public ClickHandler(EventIntake intake, Submission submission) {
        this.intake = requireNonNull(intake, "intake");
        this.submission = requireNonNull(submission, "submission");
    }

    /** Passes on JSON, and answers 415 to all else, before its body is read. */
    public static void requireJson(RoutingContext context) {
        if (BodyFormat.of(context.request().getHeader(HttpHeaders.CONTENT_TYPE)) != BodyFormat.JSON) {
            throw new ProblemException(new Problem(
                    415,
                    "unsupported-media-type",
                    "Unsupported media type",
                    "Content-Type must be application/json, in UTF-8"));
        }
        context.next();
    }

    @Override
    public void handle(RoutingContext context) {
        EventBatch batch = intake.readImplied(EventType.CLICK, BodyReader.bodyOf(context), clock.millis());
        submission.submit(context, batch, acknowledged -> answer(context));
    }

    private static void answer(RoutingContext context) {
        context.response()
                .putHeader("Content-Type", "text/plain")
                .end("OK")
                .onFailure(gone -> LOGGER.debug("the client did not wait for its answer"));
    }
}
