package io.tallystream.benchmarks.processor.dsl;

import io.tallystream.schema.count.CountTable;
import io.tallystream.schema.count.Dimension;
import io.tallystream.schema.count.Granularity;
import io.tallystream.schema.count.Metric;

/** What a count counts, whatever its window: a row of the {@link CountTable} and a member. */
record Counted(Metric metric, Dimension dimension, String member) {
    private static final char SEPARATOR = '|';
    private static final int PARTS = 3;

    static Counted parse(String key) {
        String[] parts = key.split("\\|", PARTS);
        return new Counted(Metric.ofWireName(parts[0]), Dimension.ofWireName(parts[1]), parts[2]);
    }

    String key() {
        return metric.wireName() + SEPARATOR + dimension.wireName() + SEPARATOR + member;
    }

    boolean has(Granularity granularity) {
        return CountTable.rows().stream()
                .anyMatch(row -> row.metric() == metric
                        && row.dimension() == dimension
                        && row.granularities().contains(granularity));
    }
}
