package io.tallystream.ingest.http;

import static java.util.Objects.requireNonNull;

import io.tallystream.ingest.intake.EventBatch;
import io.tallystream.runtime.http.ProblemException;
import io.tallystream.runtime.http.RateLimit;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import java.util.function.Consumer;

/**
 * What happens to the events of a request once they are read: charged for, judged, and the accepted ones written. For one
 * event loop.
 */
public final class Submission {
    private final List<RateLimit> limits;
    private final Verdicts verdicts;
    private final Publication publication;

    /** @param limits that are charged, in this order */
    public Submission(List<RateLimit> limits, Verdicts verdicts, Publication publication) {
        this.limits = List.copyOf(limits);
        this.verdicts = requireNonNull(verdicts, "verdicts");
        this.publication = requireNonNull(publication, "publication");
    }

    /**
     * Submits what was read of a request.
     *
     * @param onAcknowledged answers once Kafka has acknowledged every accepted event; called on the event loop
     * @throws ProblemException if a limit is exceeded or no event is accepted; nothing is written then
     */
    void submit(RoutingContext context, EventBatch batch, Consumer<EventBatch> onAcknowledged) {
        limits.forEach(limit -> limit.take(context, batch.size()));
        verdicts.requireAnyAccepted(batch);
        publication.publish(context, batch, onAcknowledged);
    }
}
