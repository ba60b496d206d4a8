package io.tallystream.ingest.intake;

import io.tallystream.schema.event.Event;
import io.tallystream.schema.event.EventReading.Invalid;
import io.tallystream.schema.event.EventType;
import io.tallystream.schema.event.EventView;
import io.tallystream.schema.event.EventWriter;
import io.tallystream.schema.event.Utf8Slice;
import io.tallystream.schema.kafka.Topics;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.clients.producer.ProducerRecord;

/** Completes and tidies up events that keep the contract, judges their time, and makes records of them. For one thread. */
final class Admission {
    private final long latenessMillis;
    private final long skewMillis;
    private final EndpointTemplate template;
    private final EventIds ids = new EventIds();
    private final EventWriter writer = new EventWriter();
    private final Set<EventType> types;
    private final Invalid otherType;
    private final Invalid late;
    private final Invalid future;

    /** @param types that are taken */
    Admission(IntakeRules rules, Set<EventType> types) {
        this.types = Set.copyOf(types);
        String names = Stream.of(EventType.values())
                .filter(types::contains)
                .map(EventType::wireName)
                .collect(Collectors.joining(", "));
        otherType = new Invalid(null, "type", "invalid", "type must be one of " + names);
        latenessMillis = rules.allowedLateness().toMillis();
        skewMillis = rules.allowedSkew().toMillis();
        template = rules.templateEndpoints() ? new EndpointTemplate() : null;
        late = new Invalid(null, "time", "late", "time is more than " + rules.allowedLateness() + " ago");
        future = new Invalid(null, "time", "future", "time is more than " + rules.allowedSkew() + " ahead");
    }

    /**
     * Adds the event in the view to a batch, accepted or rejected.
     *
     * @param nowMillis when it was received
     */
    void admit(EventView event, long nowMillis, EventBatch batch) {
        Invalid fault = types.contains(event.type()) ? judgeTime(event, nowMillis) : otherType;
        if (fault == null && event.type() == EventType.API_CALL) {
            fault = tidyEndpoint(event);
        }
        if (fault != null) {
            batch.reject(new Invalid(event.id().text(), fault.field(), fault.code(), fault.detail()));
            return;
        }
        if (event.timeMillis() == EventView.ABSENT) {
            event.assignTime(nowMillis);
        }
        if (!event.id().isPresent()) {
            byte[] id = ids.next();
            event.assignId(id);
            batch.assigned(id);
        }
        batch.accept(new ProducerRecord<>(Topics.of(event.type()), event.owner().toBytes(), writer.write(event)));
    }

    private Invalid judgeTime(EventView event, long nowMillis) {
        long time = event.timeMillis();
        if (time == EventView.ABSENT) {
            return null;
        }
        if (time > nowMillis + skewMillis) {
            return future;
        }
        return time < nowMillis - latenessMillis ? late : null;
    }

    private Invalid tidyEndpoint(EventView event) {
        Utf8Slice endpoint = event.endpoint();
        int end = endOfPath(endpoint);
        if (end < endpoint.to()) {
            event.assignEndpoint(endpoint.array(), endpoint.from(), end);
        }
        if (template != null && template.make(endpoint.array(), endpoint.from(), end)) {
            event.assignEndpoint(template.bytes(), 0, template.length());
            // What stands for an id may be longer than it.
            String text = endpoint.text();
            if (text.codePointCount(0, text.length()) > Event.MAX_STRING_LENGTH) {
                return new Invalid(
                        null,
                        "endpoint",
                        "too_long",
                        "endpoint must have at most " + Event.MAX_STRING_LENGTH + " characters as a template");
            }
        }
        return null;
    }

    /** Where the query begins, which has no bounds and may hold secrets; a path has one character at least. */
    private static int endOfPath(Utf8Slice endpoint) {
        byte[] bytes = endpoint.array();
        for (int i = endpoint.from() + 1; i < endpoint.to(); i++) {
            if (bytes[i] == '?') {
                return i;
            }
        }
        return endpoint.to();
    }
}
