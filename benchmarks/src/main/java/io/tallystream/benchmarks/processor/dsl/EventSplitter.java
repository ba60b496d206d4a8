package io.tallystream.benchmarks.processor.dsl;

import io.tallystream.benchmarks.processor.dsl.Judgement.Accepted;
import io.tallystream.schema.count.CountTable;
import io.tallystream.schema.count.Dimension;
import io.tallystream.schema.count.LatencyBuckets;
import io.tallystream.schema.count.Metric;
import io.tallystream.schema.event.Event;
import org.apache.kafka.streams.processor.api.ContextualProcessor;
import org.apache.kafka.streams.processor.api.Record;

/** Splits an accepted event into the amounts that it adds: one record for each row of the {@link CountTable} that it is of. */
final class EventSplitter extends ContextualProcessor<byte[], Judgement, String, Long> {
    @Override
    public void process(Record<byte[], Judgement> record) {
        if (record.value() instanceof Accepted accepted) {
            for (CountTable.Row row : CountTable.rows()) {
                long amount = amount(accepted.event(), row.metric());
                String member = member(accepted.event(), row.dimension());
                if (amount > 0 && member != null) {
                    // Without the event's headers, which would travel once for each row and may be large.
                    context()
                            .forward(new Record<>(
                                    new Counted(row.metric(), row.dimension(), member).key(),
                                    amount,
                                    record.timestamp()));
                }
            }
        }
    }

    private static long amount(Event event, Metric metric) {
        return switch (metric) {
            case CALLS -> event instanceof Event.ApiCall ? 1 : 0;
            case CLICKS -> event instanceof Event.Click ? 1 : 0;
            case PAGE_VIEWS -> event instanceof Event.PageView ? 1 : 0;
            case DWELLS -> event instanceof Event.Dwell ? 1 : 0;
            case DWELL_MS -> event instanceof Event.Dwell dwell ? dwell.durationMs() : 0;
            case LATENCY -> event instanceof Event.ApiCall call && call.durationMs() != null ? 1 : 0;
            // By the event's time rather than by its append, and only what is accepted.
            case EVENTS -> 1;
            // What the plain DSL has no simple way for. It is the faster for it.
            case ACTIVE_USERS, ACTIVE_USERS_7D, ACTIVE_USERS_30D, NEW_USERS -> 0;
        };
    }

    /** The event's member of that dimension; null if it has none. */
    private static String member(Event event, Dimension dimension) {
        return switch (dimension) {
            case TOTAL -> "";
            case USER -> event.userId();
            case ENDPOINT -> event instanceof Event.ApiCall call ? call.endpoint() : null;
            case STATUS -> event instanceof Event.ApiCall call ? call.status().value() : null;
            case ENDPOINT_STATUS ->
                event instanceof Event.ApiCall call
                        ? Dimension.endpointStatusMember(
                                call.endpoint(), call.status().value())
                        : null;
            case PRODUCT -> event instanceof Event.Click click ? click.productId() : null;
            case PAGE -> page(event);
            case ENDPOINT_LATENCY ->
                event instanceof Event.ApiCall call && call.durationMs() != null
                        ? LatencyBuckets.upperBound(LatencyBuckets.indexOf(call.durationMs())) + " " + call.endpoint()
                        : null;
            case OUTCOME -> "accepted";
        };
    }

    private static String page(Event event) {
        if (event instanceof Event.PageView view) {
            return view.page();
        }
        return event instanceof Event.Dwell dwell ? dwell.page() : null;
    }
}
