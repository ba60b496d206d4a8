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
import java.util.Locale;
import java.util.Set;

/**
 * {@code POST /v1/collect}: what pages send, one event or an array of them. 202 means what it means of
 * {@link EventsHandler}. Behind a {@link BodyReader}, and before that {@link #requireBeacon}. For one event loop.
 */
public final class CollectHandler implements Handler<RoutingContext> {
    /** What pages may send. */
    public static final Set<EventType> TYPES = Set.of(EventType.CLICK, EventType.PAGE_VIEW, EventType.DWELL);

    private static final String PLAIN_TEXT = "text/plain";
    // What browsers take for a beacon.
    private static final int MAX_BYTES = 64 * 1024;

    private final EventIntake intake;
    private final Submission submission;
    private final Clock clock = Clock.systemUTC();

    /** @param intake of those {@link #TYPES} */
    public CollectHandler(EventIntake intake, Submission submission) {
        this.intake = requireNonNull(intake, "intake");
        this.submission = requireNonNull(submission, "submission");
    }

    /**
     * Passes on JSON, also where it is called plain text: a beacon that is can be sent to other origins without asking first.
     * Answers 415 to other types and 413 to what says that it is larger than a beacon, before the body is read.
     */
    public static void requireBeacon(RoutingContext context) {
        String type = context.request().getHeader(HttpHeaders.CONTENT_TYPE);
        String named = type == null ? "" : type.toLowerCase(Locale.ROOT);
        boolean text = named.equals(PLAIN_TEXT) || named.replace(" ", "").equals(PLAIN_TEXT + ";charset=utf-8");
        if (!text && BodyFormat.of(type) != BodyFormat.JSON) {
            throw new ProblemException(new Problem(
                    415,
                    "unsupported-media-type",
                    "Unsupported media type",
                    "Content-Type must be text/plain or application/json, in UTF-8"));
        }
        String length = context.request().getHeader(HttpHeaders.CONTENT_LENGTH);
        if (length != null && (length.length() > 9 || Integer.parseInt(length) > MAX_BYTES)) {
            throw tooLarge();
        }
        context.next();
    }

    @Override
    public void handle(RoutingContext context) {
        byte[] body = BodyReader.bodyOf(context);
        if (body.length > MAX_BYTES) {
            // It came in chunks or compressed, and did not say so.
            throw tooLarge();
        }
        EventBatch batch = intake.read(BodyFormat.JSON, body, clock.millis());
        submission.submit(context, batch, acknowledged -> Verdicts.answer(context, acknowledged));
    }

    private static ProblemException tooLarge() {
        return new ProblemException(
                new Problem(413, "too-large", "Too large", "the body is larger than " + MAX_BYTES + " bytes"));
    }
}
