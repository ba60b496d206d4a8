package io.tallystream.ingest.http;

import static java.util.Objects.requireNonNull;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.tallystream.ingest.http.EventBatch.Rejection;
import io.tallystream.ingest.kafka.EventPublisher;
import io.tallystream.runtime.http.Problem;
import io.tallystream.runtime.http.ProblemException;
import io.tallystream.schema.event.Event;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code POST /v1/events}. 202 means that Kafka has acknowledged every accepted event; when that does not come in time the answer
 * is 503 and what became of the events is not known. Thread-safe.
 */
public final class EventsHandler implements Handler<RoutingContext> {
    private static final Logger LOGGER = LoggerFactory.getLogger(EventsHandler.class);
    private static final String RETRY_AFTER_SECONDS = "1";
    private static final long LOG_INTERVAL_NANOS = Duration.ofSeconds(1).toNanos();

    private final EventPublisher publisher;
    private final Clock clock = Clock.systemUTC();
    private final Counter accepted;
    private final Counter rejected;
    private final Counter unavailable;
    private final AtomicLong nextLogNanos = new AtomicLong(System.nanoTime());

    /** Publishes what it accepts. */
    public EventsHandler(EventPublisher publisher, MeterRegistry meters) {
        this.publisher = requireNonNull(publisher, "publisher");
        accepted = events(meters, "accepted");
        rejected = events(meters, "rejected");
        unavailable = events(meters, "unavailable");
    }

    @Override
    public void handle(RoutingContext context) {
        Instant received = clock.instant().truncatedTo(ChronoUnit.MILLIS);
        Buffer body = context.body().buffer();
        EventBatch batch = EventBatch.read(body == null ? new byte[0] : body.getBytes());
        rejected.increment(batch.rejections().size());
        if (batch.events().isEmpty()) {
            throw new ProblemException(nothingValid(batch));
        }
        List<Event> events =
                batch.events().stream().map(event -> complete(event, received)).toList();
        Future.fromCompletionStage(publisher.publish(events), context.vertx().getOrCreateContext())
                .onSuccess(done -> {
                    accepted.increment(events.size());
                    answer(context, batch);
                })
                .onFailure(failure -> {
                    unavailable.increment(events.size());
                    warn(events.size(), failure);
                    context.response().putHeader("Retry-After", RETRY_AFTER_SECONDS);
                    unavailable(failure).send(context.response());
                });
    }

    /** What the contract lets be absent, and what is the gateway's to tidy up. */
    private static Event complete(Event event, Instant received) {
        Event complete = event.with(
                event.id() == null ? UUID.randomUUID().toString() : event.id(),
                event.time() == null ? received : event.time());
        return complete instanceof Event.ApiCall call ? call.withEndpoint(withoutQuery(call.endpoint())) : complete;
    }

    private static String withoutQuery(String endpoint) {
        int query = endpoint.indexOf('?');
        return query > 0 ? endpoint.substring(0, query) : endpoint;
    }

    private static void answer(RoutingContext context, EventBatch batch) {
        JsonObject body = new JsonObject()
                .put("accepted", batch.events().size())
                .put("rejected", batch.rejections().size())
                .put("items", items(batch));
        Future<Void> sent = context.response()
                .setStatusCode(202)
                .putHeader("Content-Type", "application/json")
                .end(body.toBuffer());
        sent.onFailure(gone -> LOGGER.debug("the client did not wait for its answer"));
    }

    private static JsonArray items(EventBatch batch) {
        JsonArray items = new JsonArray();
        for (Rejection rejection : batch.rejections()) {
            JsonObject item = new JsonObject().put("index", rejection.index());
            putIfKnown(item, "id", rejection.reason().id());
            putIfKnown(item, "field", rejection.reason().field());
            item.put("code", rejection.reason().code())
                    .put("detail", rejection.reason().detail());
            items.add(item);
        }
        return items;
    }

    private static void putIfKnown(JsonObject item, String name, String value) {
        if (value != null) {
            item.put(name, value);
        }
    }

    private static Problem nothingValid(EventBatch batch) {
        String detail = batch.rejections().isEmpty()
                ? "the array holds no event"
                : batch.rejections().get(0).reason().detail();
        return new Problem(422, "nothing-valid", "No valid event", detail, Map.of("items", items(batch)));
    }

    private static Problem unavailable(Throwable failure) {
        return new Problem(
                503,
                "unavailable",
                "Kafka is not available",
                failure.getMessage() + "; send the events again with the same ids, they will be counted once");
    }

    // In an outage every request fails: some lines tell as much as all.
    private void warn(int events, Throwable failure) {
        long now = System.nanoTime();
        long next = nextLogNanos.get();
        if (now - next >= 0 && nextLogNanos.compareAndSet(next, now + LOG_INTERVAL_NANOS)) {
            String reason = failure.getCause() == null ? "" : ": " + failure.getCause();
            LOGGER.warn("{} events not acknowledged, {}{}", events, failure.getMessage(), reason);
        }
    }

    private static Counter events(MeterRegistry meters, String result) {
        return Counter.builder("tallystream.ingest.events")
                .description("Events by what became of them")
                .tag("result", result)
                .register(meters);
    }
}
