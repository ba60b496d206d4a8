package io.tallystream.faults;

import io.tallystream.faults.check.FinalCheck;
import io.tallystream.faults.check.Violations.Violation;
import io.tallystream.faults.fault.FaultKind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a run came to.
 *
 * @param seed from which load and faults followed
 * @param length from the first event to the end of the last fault
 * @param sent events that were given an id
 * @param acknowledged events that were answered with 202, or that Kafka acknowledged
 * @param refused events that were meant to be, and were
 * @param answers of the gateways, by status
 * @param unanswered requests without an answer, each sent again
 * @param check the comparison at the end
 * @param recoveries how long it took after each fault until all that was acknowledged by its end was counted
 * @param worstStaleness how old what was acknowledged was at most when it was not to be seen yet
 * @param longestAnswer of the gateways
 * @param violations the first of them
 * @param numberOfViolations all of them
 */
public record Ledger(
        long seed,
        Duration length,
        long sent,
        long acknowledged,
        long refused,
        Map<Integer, Long> answers,
        long unanswered,
        FinalCheck.Result check,
        Map<FaultKind, List<Duration>> recoveries,
        Duration worstStaleness,
        Duration longestAnswer,
        List<Violation> violations,
        long numberOfViolations) {

    /** Copies the collections. */
    public Ledger {
        answers = Collections.unmodifiableMap(new TreeMap<>(answers));
        recoveries = Collections.unmodifiableMap(new TreeMap<>(recoveries));
        violations = List.copyOf(violations);
    }

    /** Whether everything held. */
    public boolean isClean() {
        return numberOfViolations == 0;
    }

    /** How many faults there were. */
    public long faults() {
        return recoveries.values().stream().mapToLong(List::size).sum();
    }

    /** The longest of all recoveries. */
    public Duration longestRecovery() {
        return recoveries.values().stream()
                .flatMap(List::stream)
                .max(Duration::compareTo)
                .orElse(Duration.ZERO);
    }

    /** As text for people, a line each. */
    public String text() {
        List<String> lines = new ArrayList<>();
        line(lines, "seed", Long.toString(seed));
        line(lines, "length", seconds(length));
        line(lines, "events sent", number(sent));
        line(lines, "acknowledged", number(acknowledged));
        line(lines, "refused, as meant", number(refused));
        line(lines, "requests by answer", answers + ", none " + number(unanswered));
        line(lines, "records on the topics", number(check.records()));
        line(lines, "  accepted and counted", number(check.of("accepted")));
        line(lines, "  duplicates removed", number(check.of("duplicate")));
        line(lines, "  late", number(check.of("late")));
        line(lines, "  future", number(check.of("future")));
        line(lines, "  invalid", number(check.of("invalid")));
        line(lines, "counts compared", number(check.counts()));
        line(lines, "faults survived", number(faults()));
        line(lines, "worst staleness", seconds(worstStaleness));
        line(lines, "longest recovery", seconds(longestRecovery()));
        line(lines, "longest answer", seconds(longestAnswer));
        line(lines, "violations", number(numberOfViolations));
        lines.add("");
        lines.add("%-22s %6s %9s %9s".formatted("exact again after", "times", "median", "worst"));
        recoveries.forEach((kind, times) -> {
            List<Duration> sorted = times.stream().sorted().toList();
            lines.add("%-22s %6d %9s %9s"
                    .formatted(
                            kind.label(),
                            sorted.size(),
                            seconds(sorted.get(sorted.size() / 2)),
                            seconds(sorted.get(sorted.size() - 1))));
        });
        violations.forEach(violation -> lines.add("VIOLATION " + violation.time() + " " + violation));
        return String.join(System.lineSeparator(), lines);
    }

    private static void line(List<String> lines, String name, String value) {
        lines.add("%-24s %s".formatted(name, value));
    }

    private static String number(long number) {
        return "%,d".formatted(number);
    }

    private static String seconds(Duration time) {
        return "%.1f s".formatted(time.toMillis() / 1000.0);
    }
}
