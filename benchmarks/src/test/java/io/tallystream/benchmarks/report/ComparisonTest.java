package io.tallystream.benchmarks.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ComparisonTest {
    private static final ProcessUsage.Spent SPENT = new ProcessUsage.Spent(Duration.ofMillis(4), 3 << 20);

    private final Machine machine = new Machine("a processor", 2, 1 << 30, "Linux", "a JVM", 0.5, "abc");
    private final Report report = new Report("sink", "./tallystream bench sink", machine, Instant.EPOCH);
    private final Comparison comparison = report.comparison("writing", "updates per second", "slow");

    private void measure() {
        comparison.add("slow", Measurement.of(100));
        comparison.add("slow", Measurement.of(300));
        comparison.add("slow", Measurement.of(200));
        comparison.add("fast", Measurement.of(3_000, SPENT, 1_000));
        comparison.add("fast", Measurement.of(1_000));
    }

    @Test
    void shouldDivideMedians() {
        measure();

        assertThat(comparison.median("slow")).isEqualTo(200);
        assertThat(comparison.ratio("fast")).isEqualTo(5);
        assertThat(comparison.ratio("slow")).isEqualTo(1);
    }

    @Test
    void shouldTellSpreadAndCosts() {
        measure();

        assertThat(comparison.text().lines().map(line -> line.replaceAll(" +", " ")))
                .containsExactly(
                        "writing (updates per second)",
                        " median min max spread ratio CPU µs peak MiB",
                        "slow 200 100 300 100 % 1.00 ",
                        "fast 1,000 1,000 3,000 200 % 5.00 4.00 3");
    }

    @Test
    void shouldWriteEveryRound(@TempDir Path folder) throws Exception {
        measure();

        JsonNode json =
                new ObjectMapper().readTree(report.write(folder.resolve("new")).toFile());

        assertThat(json.at("/command").asText()).isEqualTo("./tallystream bench sink");
        assertThat(json.at("/machine/cores").asInt()).isEqualTo(2);
        assertThat(json.at("/comparisons/0/contenders/0/rounds").toString()).isEqualTo("[100.0,300.0,200.0]");
        assertThat(json.at("/comparisons/0/contenders/1/ratio").asDouble()).isEqualTo(5);
        assertThat(json.at("/comparisons/0/contenders/1/cpu_micros").asDouble()).isEqualTo(4);
        assertThat(json.at("/comparisons/0/contenders/0").has("cpu_micros")).isFalse();
    }

    @Test
    void shouldSayWhatWasNotMeasured() {
        assertThatThrownBy(() -> comparison.ratio("slow")).hasMessageContaining("nothing was measured of slow");
        assertThatThrownBy(() -> Measurement.of(Double.NaN)).hasMessageContaining("finite");
    }
}
