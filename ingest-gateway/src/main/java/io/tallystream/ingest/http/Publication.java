package io.tallystream.ingest.http;

import static java.util.Objects.requireNonNull;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.tallystream.ingest.intake.EventBatch;
import io.tallystream.ingest.kafka.EventPublisher;
import io.tallystream.runtime.http.Deadlines;
import io.tallystream.runtime.http.Problem;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has the events of a request written, and has it answered: as its handler wants once Kafka has acknowledged all, else with
 * 503. That says that it is not known what became of the events, never that they will not count, and which ids were given to
 * those that had none. For one event loop.
 */
public final class Publication {
    private static final Logger LOGGER = LoggerFactory.getLogger(Publication.class);
    private static final String RETRY_AFTER_SECONDS = "1";
    private static final long LOG_INTERVAL_NANOS = Duration.ofSeconds(1).toNanos();
    private static final AtomicLong NEXT_LOG_NANOS = new AtomicLong(System.nanoTime());

    private final EventPublisher publisher;
    private final Context eventLoop;
    private final Deadlines<RequestEvents> deadlines;
    private final Counter accepted;
    private final Counter unavailable;

    /** Events that an answer waits for. */
    private record RequestEvents(RoutingContext context, EventBatch batch, Consumer<EventBatch> onAcknowledged) {
        int number() {
            return batch.records().size();
        }

        // Each is one of its own.
        @Override
        public boolean equals(Object other) {
            return this == other;
        }

        @Override
        public int hashCode() {
            return System.identityHashCode(this);
        }
    }

    /**
     * @param vertx of which the caller is on an event loop
     * @param limit within which a request is answered
     */
    public Publication(Vertx vertx, EventPublisher publisher, Duration limit, MeterRegistry meters) {
        this.publisher = requireNonNull(publisher, "publisher");
        eventLoop = vertx.getOrCreateContext();
        // The producer gives up earlier. This is for when it cannot even do that in time.
        deadlines = new Deadlines<>(vertx, limit, events -> refuse(events, "Kafka did not answer in time", null));
        accepted = counter(meters, "accepted");
        unavailable = counter(meters, "unavailable");
    }

    /** Counts events by what became of them. */
    static Counter counter(MeterRegistry meters, String result) {
        return Counter.builder("tallystream.ingest.events")
                .description("Events by what became of them")
                .tag("result", result)
                .register(meters);
    }

    /**
     * Writes the accepted events.
     *
     * @param onAcknowledged answers; called on the event loop
     */
    void publish(RoutingContext context, EventBatch batch, Consumer<EventBatch> onAcknowledged) {
        RequestEvents events = new RequestEvents(context, batch, onAcknowledged);
        deadlines.begin(events);
        // How it ends is told to finish.
        var unused = publisher
                .publish(batch.records())
                .whenComplete((done, failure) -> eventLoop.runOnContext(any -> finish(events, failure)));
    }

    private void finish(RequestEvents events, Throwable failure) {
        if (!deadlines.end(events)) {
            // Too late: it is answered.
            return;
        }
        if (failure == null) {
            accepted.increment(events.number());
            events.onAcknowledged().accept(events.batch());
        } else {
            Throwable reason = failure instanceof CompletionException ? failure.getCause() : failure;
            refuse(events, reason.getMessage(), reason.getCause());
        }
    }

    private void refuse(RequestEvents events, String reason, Throwable cause) {
        unavailable.increment(events.number());
        warn(events.number(), reason, cause);
        String detail = reason + "; send the events again with the same ids, they will be counted once";
        refuse(events.context(), unavailable(detail, Verdicts.assignedIds(events.batch())));
    }

    /** Answers that it is to be tried again. */
    static void refuse(RoutingContext context, Problem problem) {
        problem.send(context.response().putHeader("Retry-After", RETRY_AFTER_SECONDS));
    }

    /** That nothing can be taken now. */
    static Problem unavailable(String detail) {
        return unavailable(detail, Map.of());
    }

    private static Problem unavailable(String detail, Map<String, Object> extensions) {
        return new Problem(503, "unavailable", "Unavailable", detail, extensions);
    }

    // In an outage every request fails: some lines tell as much as all.
    private static void warn(int events, String reason, Throwable cause) {
        long now = System.nanoTime();
        long next = NEXT_LOG_NANOS.get();
        if (now - next >= 0 && NEXT_LOG_NANOS.compareAndSet(next, now + LOG_INTERVAL_NANOS)) {
            LOGGER.warn("{} events not acknowledged, {}{}", events, reason, cause == null ? "" : ": " + cause);
        }
    }
}
