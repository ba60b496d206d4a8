package io.tallystream.ingest.http;

import static java.util.Objects.requireNonNull;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Handler;
import io.vertx.ext.web.RoutingContext;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;

/** Counts requests while they are under way, and when they are answered. Thread-safe. */
public final class RequestMeter implements Handler<RoutingContext> {
    private static final int STATUSES = 600;

    private final MeterRegistry meters;
    private final AtomicInteger underWay = new AtomicInteger();
    private final AtomicReferenceArray<Counter> byStatus = new AtomicReferenceArray<>(STATUSES);

    /** Counts there. */
    public RequestMeter(MeterRegistry meters) {
        this.meters = requireNonNull(meters, "meters");
        Gauge.builder("tallystream.ingest.requests.under.way", underWay, AtomicInteger::doubleValue)
                .description("Requests that are not answered yet")
                .register(meters);
    }

    @Override
    public void handle(RoutingContext context) {
        underWay.incrementAndGet();
        // Not at the end: a request whose body turned out to be broken has ended by then, and is answered nevertheless.
        context.addHeadersEndHandler(
                head -> answers(context.response().getStatusCode()).increment());
        context.addEndHandler(ended -> underWay.decrementAndGet());
        context.next();
    }

    private Counter answers(int status) {
        Counter known = byStatus.get(status);
        if (known != null) {
            return known;
        }
        Counter made = Counter.builder("tallystream.ingest.requests")
                .description("Requests that were answered, by the status of the answer")
                .tag("status", Integer.toString(status))
                .register(meters);
        byStatus.set(status, made);
        return made;
    }
}
