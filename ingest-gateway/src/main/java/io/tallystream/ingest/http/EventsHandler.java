package io.tallystream.ingest.http;

import static java.util.Objects.requireNonNull;

import io.tallystream.ingest.intake.BodyFormat;
import io.tallystream.ingest.intake.EventBatch;
import io.tallystream.ingest.intake.EventIntake;
import io.tallystream.runtime.http.Problem;
import io.tallystream.runtime.http.ProblemException;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/**
 * {@code POST /v1/events}. 202 means that Kafka has acknowledged every accepted event; when that does not come in time the answer
 * is 503 and what became of the events is not known. Behind a {@link BodyReader}, and before that {@link #requireFormat}. For one
 * event loop.
 */
public final class EventsHandler implements Handler<RoutingContext> {
    private static final String FORMAT = EventsHandler.class.getName();
    private static final String CLOUD_EVENT_HEADER = "ce-";
    private static final String CLOUD_EVENT_VERSION = "ce-specversion";

    private final EventIntake intake;
    private final Submission submission;
    private final Clock clock = Clock.systemUTC();

    /** Submits what it reads. */
    public EventsHandler(EventIntake intake, Submission submission) {
        this.intake = requireNonNull(intake, "intake");
        this.submission = requireNonNull(submission, "submission");
    }

    /** Passes on what is of a format that this takes, and answers 415 to others, before their body is read. */
    public static void requireFormat(RoutingContext context) {
        BodyFormat format = BodyFormat.of(context.request().getHeader(HttpHeaders.CONTENT_TYPE));
        if (format == null) {
            context.response().putHeader(HttpHeaders.ACCEPT, BodyFormat.MEDIA_TYPES);
            throw new ProblemException(new Problem(
                    415,
                    "unsupported-media-type",
                    "Unsupported media type",
                    "Content-Type must be one of " + BodyFormat.MEDIA_TYPES + ", in UTF-8"));
        }
        context.put(FORMAT, format);
        context.next();
    }

    @Override
    public void handle(RoutingContext context) {
        BodyFormat format = context.get(FORMAT);
        byte[] body = BodyReader.bodyOf(context);
        HttpServerRequest request = context.request();
        boolean binary = format == BodyFormat.JSON && request.getHeader(CLOUD_EVENT_VERSION) != null;
        EventBatch batch = binary
                ? intake.readBinary(attributes(request), body, clock.millis())
                : intake.read(format, body, clock.millis());
        submission.submit(context, batch, acknowledged -> Verdicts.answer(context, acknowledged));
    }

    /** The attributes of a CloudEvent in binary mode, percent-decoded as its HTTP binding has it. */
    private static Map<String, String> attributes(HttpServerRequest request) {
        Map<String, String> attributes = new HashMap<>();
        for (Map.Entry<String, String> header : request.headers()) {
            String name = header.getKey().toLowerCase(Locale.ROOT);
            if (name.startsWith(CLOUD_EVENT_HEADER)) {
                attributes.put(name.substring(CLOUD_EVENT_HEADER.length()), decoded(name, header.getValue()));
            }
        }
        return attributes;
    }

    private static String decoded(String name, String value) {
        try {
            // A plus is a plus here.
            return URLDecoder.decode(value.replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw new ProblemException(new Problem(
                    400, "malformed", "Malformed header", "the header " + name + " is not percent-encoded"));
        }
    }
}
