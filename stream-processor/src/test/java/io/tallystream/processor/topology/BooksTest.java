package io.tallystream.processor.topology;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystream.schema.count.CountTable;
import io.tallystream.schema.count.Granularity;
import io.tallystream.schema.kafka.Topics;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Counts of many events agree with each other, and with a plain recount. */
class BooksTest extends TopologyCase {
    @ParameterizedTest
    @ValueSource(strings = {"UTC", "Asia/Kolkata", "America/New_York", "Australia/Lord_Howe"})
    void shouldCountLikeAPlainRecount(String zone) {
        start(Map.of("TIME_ZONE", zone));

        RandomEvents events = new RandomEvents(ZoneId.of(zone), 20261120);
        events.appendTo(driver, 800);

        events.recount.roll();
        assertThat(driver.flatCounts()).isEqualTo(events.recount.counts());
        assertThat(driver.newDeadLetters()).hasSize(events.refused).hasSizeGreaterThan(10);
        assertThat(driver.read(Topics.REROUTED)).hasSizeGreaterThan(10);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 13, 100})
    void shouldCountAllThatIsPolledAtOnce(int atOnce) {
        start(Map.of());

        RandomEvents events = new RandomEvents(ZoneId.of("UTC"), 815);
        events.pollBy(driver, 800, atOnce);

        events.recount.roll();
        assertThat(driver.flatCounts()).isEqualTo(events.recount.counts());
        assertThat(driver.newDeadLetters()).hasSize(events.refused).hasSizeGreaterThan(10);
        assertThat(driver.read(Topics.REROUTED)).hasSizeGreaterThan(10);
    }

    @Test
    void shouldBalance() {
        start(Map.of());

        new RandomEvents(ZoneId.of("UTC"), 4711).appendTo(driver, 800);

        Map<String, Long> counts = driver.flatCounts();
        for (String metric : List.of("calls", "clicks", "page_views")) {
            assertThat(regrouped(counts, metric + "|minute|", "|total|", "2026-11-20T10"))
                    .as("minutes of " + metric + " by hour")
                    .isEqualTo(regrouped(counts, metric + "|hour|", "|total|", "2026-11-20T10"))
                    .hasSizeGreaterThan(10);
        }
        for (String metric : List.of("calls", "clicks", "page_views", "dwells", "dwell_ms")) {
            assertThat(regrouped(counts, metric + "|hour|", "|total|", "2026-11-20"))
                    .as("hours of " + metric + " by day")
                    .isEqualTo(regrouped(counts, metric + "|day|", "|total|", "2026-11-20"))
                    .hasSizeGreaterThan(1);
        }
        for (CountTable.Row row : CountTable.rows()) {
            for (Granularity granularity : row.granularities()) {
                if (!row.dimension().isOptional()) {
                    String head = row.metric().wireName() + "|" + granularity.wireName() + "|";
                    String dimension = "|" + row.dimension().wireName() + "|";
                    assertThat(regrouped(counts, head, dimension, "2026-11-20T10:15Z"))
                            .as(row + " by window")
                            .isEqualTo(regrouped(counts, head, "|total|", "2026-11-20T10:15Z"))
                            .isNotEmpty();
                }
            }
        }
    }

    /**
     * The counts whose keys begin so and are of that dimension, summed up by as much of the window's label as the example
     * has.
     */
    private static Map<String, Long> regrouped(
            Map<String, Long> counts, String head, String dimension, String labelExample) {
        Map<String, Long> sums = new TreeMap<>();
        counts.forEach((key, count) -> {
            String label = key.split("\\|", 5)[2];
            if (key.startsWith(head + label + dimension)) {
                String group = label.substring(0, Math.min(label.length(), labelExample.length()));
                sums.merge(group, count, Long::sum);
            }
        });
        return sums;
    }
}
