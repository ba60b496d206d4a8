package io.tallystream.benchmarks.report;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/** What contenders came to in the same rounds, one of them the baseline. For one thread. */
public final class Comparison {
    private static final String HEADER = "%-52s %12s %12s %12s %7s %9s %9s %9s";
    private static final String ROW = "%-52s %12s %12s %12s %7s %9s %9s %9s";
    private static final double MEBI = 1 << 20;

    private final String title;
    private final String unit;
    private final String baseline;
    private final Map<String, List<Measurement>> rounds = new LinkedHashMap<>();

    /**
     * Without measurements yet.
     *
     * @param title what is compared, with what it depends on
     * @param unit of the figures
     * @param baseline the contender whose figure the others' are divided by
     */
    public Comparison(String title, String unit, String baseline) {
        this.title = requireNonNull(title, "title");
        this.unit = requireNonNull(unit, "unit");
        this.baseline = requireNonNull(baseline, "baseline");
    }

    /** Adds what a contender came to in one round. */
    public void add(String contender, Measurement measurement) {
        rounds.computeIfAbsent(contender, any -> new ArrayList<>()).add(measurement);
    }

    /** What is compared. */
    public String title() {
        return title;
    }

    /** Whether there is anything to compare. */
    public boolean isMeasured() {
        return !rounds.isEmpty();
    }

    /**
     * The middle figure of a contender's rounds, the lower one of the two if their number is even.
     *
     * @throws IllegalArgumentException if it had none
     */
    public double median(String contender) {
        return Row.of(measured(contender)).median();
    }

    /**
     * How many times the baseline's median a contender's is.
     *
     * @throws IllegalArgumentException if one of them had no round
     */
    public double ratio(String contender) {
        return median(contender) / median(baseline);
    }

    private List<Measurement> measured(String contender) {
        List<Measurement> measured = rounds.get(contender);
        if (measured == null) {
            throw new IllegalArgumentException("nothing was measured of " + contender);
        }
        return measured;
    }

    /** A contender's rounds in one line: figures, their spread, and costs where they were measured. */
    private record Row(
            double median, double min, double max, OptionalDouble cpuMicros, OptionalLong peakBytes, int rounds) {
        static Row of(List<Measurement> rounds) {
            List<Double> figures =
                    rounds.stream().map(Measurement::figure).sorted().toList();
            List<Double> costs = rounds.stream()
                    .flatMap(round -> round.cpuMicros().stream().boxed())
                    .sorted()
                    .toList();
            List<Long> peaks = rounds.stream()
                    .flatMap(round -> round.peakBytes().stream().boxed())
                    .toList();
            return new Row(
                    middle(figures),
                    figures.get(0),
                    figures.get(figures.size() - 1),
                    costs.isEmpty() ? OptionalDouble.empty() : OptionalDouble.of(middle(costs)),
                    peaks.isEmpty() ? OptionalLong.empty() : OptionalLong.of(Collections.max(peaks)),
                    rounds.size());
        }

        private static double middle(List<Double> sorted) {
            return sorted.get((sorted.size() - 1) / 2);
        }

        /** How far the rounds lie apart, as a part of the median. */
        double spread() {
            return median == 0 ? 0 : (max - min) / median;
        }
    }

    /** As a table, a line each. */
    public String text() {
        List<String> lines = new ArrayList<>();
        lines.add("%s (%s)".formatted(title, unit));
        lines.add(HEADER.formatted("", "median", "min", "max", "spread", "ratio", "CPU µs", "peak MiB"));
        rounds.forEach((contender, measured) -> {
            Row row = Row.of(measured);
            lines.add(ROW.formatted(
                    contender,
                    figure(row.median()),
                    figure(row.min()),
                    figure(row.max()),
                    "%.0f %%".formatted(100 * row.spread()),
                    rounds.containsKey(baseline) ? figure(ratio(contender)) : "",
                    row.cpuMicros().isPresent() ? figure(row.cpuMicros().getAsDouble()) : "",
                    row.peakBytes().isPresent()
                            ? "%,.0f".formatted(row.peakBytes().getAsLong() / MEBI)
                            : ""));
        });
        return String.join(System.lineSeparator(), lines);
    }

    private static String figure(double figure) {
        return String.format(Locale.ROOT, Math.abs(figure) < 100 ? "%.2f" : "%,.0f", figure);
    }

    /** For JSON: all rounds, and what the table has. */
    Map<String, Object> json() {
        List<Map<String, Object>> contenders = new ArrayList<>();
        rounds.forEach((contender, measured) -> {
            Row row = Row.of(measured);
            Map<String, Object> json = new LinkedHashMap<>();
            json.put("name", contender);
            json.put("median", row.median());
            json.put("min", row.min());
            json.put("max", row.max());
            if (rounds.containsKey(baseline)) {
                json.put("ratio", ratio(contender));
            }
            row.cpuMicros().ifPresent(cost -> json.put("cpu_micros", cost));
            row.peakBytes().ifPresent(bytes -> json.put("peak_bytes", bytes));
            json.put("rounds", measured.stream().map(Measurement::figure).toList());
            contenders.add(json);
        });
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("title", title);
        json.put("unit", unit);
        json.put("baseline", baseline);
        json.put("contenders", contenders);
        return json;
    }
}
