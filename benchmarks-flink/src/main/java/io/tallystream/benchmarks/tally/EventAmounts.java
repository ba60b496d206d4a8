package io.tallystream.benchmarks.tally;

import io.tallystream.schema.count.CountTable;
import io.tallystream.schema.count.Dimension;
import io.tallystream.schema.count.LatencyBuckets;
import io.tallystream.schema.count.Metric;
import io.tallystream.schema.event.Event;

/**
 * What an accepted event adds to counts, one row of the {@link CountTable} after the other, for those that count each on its
 * own.
 */
public final class EventAmounts {
    private EventAmounts() {}

    /** Takes them. */
    public interface Receiver {
        /**
         * An amount.
         *
         * @param amount above 0
         */
        void add(CountTable.Row row, String member, long amount);
    }

    /** Tells all amounts of an event, but those of users' days, for which there is no simple way. */
    public static void of(Event event, Receiver receiver) {
        for (CountTable.Row row : CountTable.rows()) {
            long amount = amount(event, row.metric());
            String member = member(event, row.dimension());
            if (amount > 0 && member != null) {
                receiver.add(row, member, amount);
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
            // Whoever leaves these out is the faster for it.
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
