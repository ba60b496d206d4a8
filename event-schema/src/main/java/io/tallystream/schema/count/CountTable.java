package io.tallystream.schema.count;

import static io.tallystream.schema.count.Granularity.DAY;
import static io.tallystream.schema.count.Granularity.HOUR;
import static io.tallystream.schema.count.Granularity.LIFETIME;
import static io.tallystream.schema.count.Granularity.MINUTE;

import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Everything that is counted, one row for each metric and dimension. */
public final class CountTable {
    /** A metric, by what it is split, and over which windows. */
    public record Row(Metric metric, Dimension dimension, Set<Granularity> granularities) {}

    private static final List<Row> ROWS = List.of(
            row(Metric.CALLS, Dimension.TOTAL, MINUTE, HOUR, DAY),
            row(Metric.CALLS, Dimension.ENDPOINT, MINUTE, HOUR, DAY),
            row(Metric.CALLS, Dimension.STATUS, MINUTE, HOUR, DAY),
            row(Metric.CALLS, Dimension.ENDPOINT_STATUS, MINUTE, HOUR, DAY),
            row(Metric.CALLS, Dimension.USER, DAY),
            row(Metric.LATENCY, Dimension.ENDPOINT_LATENCY, HOUR, DAY),
            row(Metric.CLICKS, Dimension.TOTAL, MINUTE, HOUR, DAY, LIFETIME),
            row(Metric.CLICKS, Dimension.PRODUCT, HOUR, DAY, LIFETIME),
            row(Metric.CLICKS, Dimension.USER, DAY, LIFETIME),
            row(Metric.PAGE_VIEWS, Dimension.TOTAL, MINUTE, HOUR, DAY),
            row(Metric.PAGE_VIEWS, Dimension.PAGE, HOUR, DAY),
            row(Metric.DWELL_MS, Dimension.TOTAL, HOUR, DAY),
            row(Metric.DWELL_MS, Dimension.PAGE, HOUR, DAY),
            row(Metric.DWELLS, Dimension.TOTAL, HOUR, DAY),
            row(Metric.DWELLS, Dimension.PAGE, HOUR, DAY),
            row(Metric.ACTIVE_USERS, Dimension.TOTAL, DAY),
            row(Metric.ACTIVE_USERS_7D, Dimension.TOTAL, DAY),
            row(Metric.ACTIVE_USERS_30D, Dimension.TOTAL, DAY),
            // Of the lifetime: how many users there are.
            row(Metric.NEW_USERS, Dimension.TOTAL, DAY, LIFETIME),
            row(Metric.EVENTS, Dimension.TOTAL, MINUTE, HOUR, DAY),
            row(Metric.EVENTS, Dimension.OUTCOME, MINUTE, HOUR, DAY));

    private CountTable() {}

    /** All rows. */
    public static List<Row> rows() {
        return ROWS;
    }

    /** The row of a metric and a dimension; empty if that is not counted. */
    public static Optional<Row> find(Metric metric, Dimension dimension) {
        return ROWS.stream()
                .filter(row -> row.metric() == metric && row.dimension() == dimension)
                .findFirst();
    }

    private static Row row(Metric metric, Dimension dimension, Granularity... granularities) {
        return new Row(metric, dimension, Set.of(granularities));
    }
}
