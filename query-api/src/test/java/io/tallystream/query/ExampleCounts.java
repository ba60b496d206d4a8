package io.tallystream.query;

import static io.tallystream.query.Counts.window;
import static io.tallystream.schema.count.Granularity.DAY;
import static io.tallystream.schema.count.Granularity.HOUR;

import io.tallystream.schema.count.Dimension;
import io.tallystream.schema.count.LatencyBuckets;
import io.tallystream.schema.count.Metric;
import io.tallystream.schema.count.Window;

/** The counts that the examples of the contract are about: two endpoints, three products, three users, two days. */
final class ExampleCounts {
    private static final Window TODAY = window(DAY, "2026-11-20");
    private static final Window YESTERDAY = window(DAY, "2026-11-19");

    private ExampleCounts() {}

    static void write(Counts counts) {
        writeYesterday(counts);
        writeToday(counts);
        counts.freshness("2026-11-20T10:15:31.389Z", "2026-11-20T10:15:30.889Z");
        counts.total(Metric.CLICKS, Window.LIFETIME, 12)
                .total(Metric.NEW_USERS, Window.LIFETIME, 3)
                .put(Metric.CLICKS, Window.LIFETIME, Dimension.USER, "u1", 7)
                .put(Metric.CLICKS, Window.LIFETIME, Dimension.USER, "u2", 4)
                .put(Metric.CLICKS, Window.LIFETIME, Dimension.USER, "=u3", 1)
                .put(Metric.CLICKS, Window.LIFETIME, Dimension.PRODUCT, "p1", 8)
                .put(Metric.CLICKS, Window.LIFETIME, Dimension.PRODUCT, "p2", 3)
                .put(Metric.CLICKS, Window.LIFETIME, Dimension.PRODUCT, "p3", 1);
    }

    private static void writeYesterday(Counts counts) {
        counts.total(Metric.CALLS, YESTERDAY, 10)
                .put(Metric.CALLS, YESTERDAY, Dimension.ENDPOINT, "/api/weather", 6)
                .put(Metric.CALLS, YESTERDAY, Dimension.ENDPOINT, "/api/news", 4)
                .put(Metric.CALLS, YESTERDAY, Dimension.STATUS, "200", 10)
                .put(Metric.CALLS, YESTERDAY, Dimension.ENDPOINT_STATUS, "200 /api/weather", 6)
                .put(Metric.CALLS, YESTERDAY, Dimension.ENDPOINT_STATUS, "200 /api/news", 4)
                .put(Metric.CALLS, YESTERDAY, Dimension.USER, "u1", 10)
                .total(Metric.CLICKS, YESTERDAY, 5)
                .put(Metric.CLICKS, YESTERDAY, Dimension.PRODUCT, "p1", 5)
                .put(Metric.CLICKS, YESTERDAY, Dimension.USER, "u1", 5)
                .total(Metric.ACTIVE_USERS, YESTERDAY, 1)
                .total(Metric.ACTIVE_USERS_7D, YESTERDAY, 1)
                .total(Metric.ACTIVE_USERS_30D, YESTERDAY, 1)
                .total(Metric.NEW_USERS, YESTERDAY, 1);
    }

    private static void writeToday(Counts counts) {
        Window hour = window(HOUR, "2026-11-20T10:00Z");
        counts.total(Metric.CALLS, TODAY, 40)
                .total(Metric.CALLS, hour, 10)
                .put(Metric.CALLS, TODAY, Dimension.ENDPOINT, "/api/weather", 30)
                .put(Metric.CALLS, TODAY, Dimension.ENDPOINT, "/api/news", 10)
                .put(Metric.CALLS, TODAY, Dimension.STATUS, "200", 38)
                .put(Metric.CALLS, TODAY, Dimension.STATUS, "503", 2)
                .put(Metric.CALLS, TODAY, Dimension.ENDPOINT_STATUS, "200 /api/weather", 30)
                .put(Metric.CALLS, TODAY, Dimension.ENDPOINT_STATUS, "200 /api/news", 8)
                .put(Metric.CALLS, TODAY, Dimension.ENDPOINT_STATUS, "503 /api/news", 2)
                .put(Metric.CALLS, window(HOUR, "2026-11-20T06:00Z"), Dimension.ENDPOINT, "/api/weather", 3)
                .put(Metric.CALLS, window(HOUR, "2026-11-20T07:00Z"), Dimension.ENDPOINT, "/api/weather", 12)
                .put(Metric.CALLS, window(HOUR, "2026-11-20T09:00Z"), Dimension.ENDPOINT, "/api/weather", 5)
                .put(Metric.CALLS, hour, Dimension.ENDPOINT, "/api/weather", 10)
                .put(Metric.CALLS, TODAY, Dimension.USER, "u1", 25)
                .put(Metric.CALLS, TODAY, Dimension.USER, "u2", 15)
                .total(Metric.CLICKS, TODAY, 7)
                .put(Metric.CLICKS, TODAY, Dimension.PRODUCT, "p1", 3)
                .put(Metric.CLICKS, TODAY, Dimension.PRODUCT, "p2", 3)
                .put(Metric.CLICKS, TODAY, Dimension.PRODUCT, "p3", 1)
                .put(Metric.CLICKS, TODAY, Dimension.USER, "u1", 2)
                .put(Metric.CLICKS, TODAY, Dimension.USER, "u2", 4)
                .put(Metric.CLICKS, TODAY, Dimension.USER, "=u3", 1)
                .total(Metric.PAGE_VIEWS, TODAY, 21)
                .total(Metric.ACTIVE_USERS, TODAY, 3)
                .total(Metric.ACTIVE_USERS_7D, TODAY, 3)
                .total(Metric.ACTIVE_USERS_30D, TODAY, 3)
                .total(Metric.NEW_USERS, TODAY, 2);
        latency(counts, TODAY, "/api/weather", 12, 28);
        latency(counts, TODAY, "/api/weather", 480, 2);
        latency(counts, hour, "/api/weather", 12, 9);
        latency(counts, hour, "/api/weather", 480, 1);
    }

    private static void latency(Counts counts, Window window, String endpoint, long millis, long calls) {
        counts.put(
                Metric.LATENCY,
                window,
                Dimension.ENDPOINT_LATENCY,
                Dimension.endpointLatencyMember(endpoint, LatencyBuckets.indexOf(millis)),
                calls);
    }
}
