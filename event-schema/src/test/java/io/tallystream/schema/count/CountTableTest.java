package io.tallystream.schema.count;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class CountTableTest {
    @Test
    void shouldHaveATotalForEachMetricThatIsSplit() {
        for (CountTable.Row row : CountTable.rows()) {
            // Calls without a duration are in no bucket: the sum of all buckets is not a number of anything.
            if (row.metric() == Metric.LATENCY) {
                continue;
            }
            assertThat(CountTable.rows())
                    .as("total of %s", row.metric())
                    .anyMatch(other -> other.metric() == row.metric() && other.dimension() == Dimension.TOTAL);
        }
    }

    @Test
    void shouldHaveOneRowForEachMetricAndDimension() {
        assertThat(CountTable.rows().stream()
                        .map(row -> row.metric() + " by " + row.dimension())
                        .collect(Collectors.toSet()))
                .hasSameSizeAs(CountTable.rows());
    }
}
