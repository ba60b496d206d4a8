package io.tallystream.query.stats;

import io.tallystream.query.contract.RefusedException;
import io.tallystream.schema.count.CountTable;
import io.tallystream.schema.count.Dimension;
import io.tallystream.schema.count.Metric;
import java.util.stream.Collectors;

/** What is counted, as far as one can ask for it. */
final class Rows {
    private Rows() {}

    /**
     * The row of a metric and a dimension.
     *
     * @throws RefusedException if that is not counted
     */
    static CountTable.Row require(Metric metric, Dimension dimension) {
        return CountTable.find(metric, dimension)
                .orElseThrow(() -> RefusedException.unanswerable(
                        "not-counted",
                        "dimension",
                        "dimension: %s is not counted by %s, but by: %s"
                                .formatted(metric.wireName(), dimension.wireName(), dimensionsOf(metric))));
    }

    private static String dimensionsOf(Metric metric) {
        return CountTable.rows().stream()
                .filter(row -> row.metric() == metric && row.dimension() != Dimension.TOTAL)
                .map(row -> row.dimension().wireName())
                .collect(Collectors.joining(", "));
    }
}
