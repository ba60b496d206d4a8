package io.tallystream.query.reconciliation;

import static java.util.Objects.requireNonNull;

import io.tallystream.query.reconciliation.Equation.Sides;
import io.tallystream.query.span.Bucket;
import io.tallystream.query.stats.Desk;
import io.tallystream.schema.count.CountTable;
import io.tallystream.schema.count.Dimension;
import io.tallystream.schema.count.Granularity;
import io.tallystream.schema.count.Metric;
import io.tallystream.schema.count.Window;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.Collectors;

/**
 * Whether the counts of a day agree with each other: minutes with their hours, hours with their day, totals with the sums
 * over each dimension, of hours and of the day, and records with what became of them. That they agree with the events is for
 * a recount to say.
 */
public final class Reconciliation {
    private static final List<Metric> USERS =
            List.of(Metric.NEW_USERS, Metric.ACTIVE_USERS, Metric.ACTIVE_USERS_7D, Metric.ACTIVE_USERS_30D);

    private final Desk desk;

    /** Asks there. */
    public Reconciliation(Desk desk) {
        this.desk = requireNonNull(desk, "desk");
    }

    /** All equations of a day. Fails as answers do. */
    public CompletionStage<Balance> of(Window window) {
        Instant now = desk.now();
        Day day = new Day(window, now);
        DaySums sums = new DaySums(desk);
        return sums.totals(List.of(day.bucket))
                .thenCombine(sums.totals(day.hours), Totals::new)
                .thenCombine(sums.totals(day.minutes), Totals::withMinutes)
                .thenCompose(totals -> {
                    List<Equation> equations = new ArrayList<>(day.ofTime(totals));
                    equations.addAll(day.ofUsers(totals));
                    return day.ofDimensions(sums, totals).thenApply(ofDimensions -> {
                        equations.addAll(ofDimensions);
                        return new Balance(window.label(), day.isFinal, equations);
                    });
                });
    }

    private record Totals(Map<Metric, Long> day, List<Map<Metric, Long>> hours, List<Map<Metric, Long>> minutes) {
        Totals(List<Map<Metric, Long>> days, List<Map<Metric, Long>> hours) {
            this(days.get(0), hours, List.of());
        }

        Totals withMinutes(List<Map<Metric, Long>> newMinutes) {
            return new Totals(day, hours, newMinutes);
        }

        long ofDay(Metric metric) {
            return day.getOrDefault(metric, 0L);
        }

        List<Long> ofHours(Metric metric) {
            return hours.stream().map(hour -> hour.getOrDefault(metric, 0L)).toList();
        }
    }

    private final class Day {
        private final Instant now;
        private final Bucket bucket;
        private final List<Bucket> hours;
        private final List<Bucket> minutes;
        private final boolean isFinal;

        Day(Window window, Instant now) {
            this.now = now;
            bucket = desk.spans()
                    .bucketAt(Granularity.DAY, desk.spans().calendar().startOf(window));
            hours = desk.spans().within(bucket, Granularity.HOUR);
            minutes = desk.spans().within(bucket, Granularity.MINUTE);
            isFinal = desk.spans().isFinal(bucket, now);
        }

        private boolean isKept(CountTable.Row row, List<Bucket> windows) {
            return desk.spans().isKept(windows.get(0).window(), row, now);
        }

        /** Minutes are hours, hours are the day. */
        List<Equation> ofTime(Totals totals) {
            List<Equation> equations = new ArrayList<>();
            for (CountTable.Row row : CountTable.rows()) {
                if (row.dimension() == Dimension.TOTAL && row.granularities().contains(Granularity.HOUR)) {
                    equations.add(hoursAndDay(row, totals));
                    if (row.granularities().contains(Granularity.MINUTE)) {
                        equations.add(minutesAndHours(row, totals));
                    }
                }
            }
            return equations;
        }

        private Equation hoursAndDay(CountTable.Row row, Totals totals) {
            String left = row.metric().wireName() + " of all hours";
            String right = row.metric().wireName() + " of the day";
            if (!isKept(row, hours) || !isKept(row, List.of(bucket))) {
                return Equation.expired(left, Equation.EQUAL, right);
            }
            Sides sides = new Sides(sum(totals.ofHours(row.metric())), totals.ofDay(row.metric()));
            return Equation.of(left, Equation.EQUAL, right, sides, List.of(), isFinal);
        }

        private Equation minutesAndHours(CountTable.Row row, Totals totals) {
            String left = row.metric().wireName() + " of all minutes";
            String right = row.metric().wireName() + " of all hours";
            if (!isKept(row, minutes) || !isKept(row, hours)) {
                return Equation.expired(left, Equation.EQUAL, right);
            }
            List<Long> ofMinutes = byHour(totals.minutes(), row.metric());
            List<Long> ofHours = totals.ofHours(row.metric());
            Sides sides = new Sides(sum(ofMinutes), sum(ofHours));
            return Equation.of(
                    left, Equation.EQUAL, right, sides, differing(ofMinutes, Equation.EQUAL, ofHours), isFinal);
        }

        private List<Long> byHour(List<Map<Metric, Long>> ofMinutes, Metric metric) {
            List<Long> sums = new ArrayList<>();
            int next = 0;
            for (Bucket hour : hours) {
                long sum = 0;
                while (next < minutes.size() && minutes.get(next).start().isBefore(hour.end())) {
                    sum += ofMinutes.get(next).getOrDefault(metric, 0L);
                    next++;
                }
                sums.add(sum);
            }
            return sums;
        }

        private List<String> differing(List<Long> left, String relation, List<Long> right) {
            List<String> details = new ArrayList<>();
            for (int i = 0; i < hours.size(); i++) {
                if (!new Sides(left.get(i), right.get(i)).hold(relation)) {
                    details.add("%s: %d, %d".formatted(hours.get(i).start(), left.get(i), right.get(i)));
                }
            }
            return details;
        }

        /** Those of a day are among those of more days, and so on. */
        List<Equation> ofUsers(Totals totals) {
            List<Equation> equations = new ArrayList<>();
            for (int i = 1; i < USERS.size(); i++) {
                Metric fewer = USERS.get(i - 1);
                Metric more = USERS.get(i);
                CountTable.Row row = CountTable.find(more, Dimension.TOTAL).orElseThrow();
                equations.add(
                        isKept(row, List.of(bucket))
                                ? Equation.of(
                                        fewer.wireName(),
                                        Equation.AT_MOST,
                                        more.wireName(),
                                        new Sides(totals.ofDay(fewer), totals.ofDay(more)),
                                        List.of(),
                                        isFinal)
                                : Equation.expired(fewer.wireName(), Equation.AT_MOST, more.wireName()));
            }
            return equations;
        }

        /** Totals are the sums over their dimensions. */
        CompletionStage<List<Equation>> ofDimensions(DaySums sums, Totals totals) {
            List<CountTable.Row> rows = CountTable.rows().stream()
                    .filter(row -> row.dimension() != Dimension.TOTAL)
                    .toList();
            return ofDimensions(sums, totals, rows, new ArrayList<>());
        }

        // One after the other: they may be large.
        private CompletionStage<List<Equation>> ofDimensions(
                DaySums sums, Totals totals, List<CountTable.Row> rows, List<Equation> equations) {
            if (rows.isEmpty()) {
                return CompletableFuture.completedFuture(equations);
            }
            CountTable.Row row = rows.get(0);
            return ofDimension(sums, totals, row, Granularity.HOUR, hours)
                    .thenCombine(ofDimension(sums, totals, row, Granularity.DAY, List.of(bucket)), (ofHours, ofDay) -> {
                        equations.addAll(ofHours);
                        equations.addAll(ofDay);
                        return equations;
                    })
                    .thenCompose(all -> ofDimensions(sums, totals, rows.subList(1, rows.size()), all));
        }

        private CompletionStage<List<Equation>> ofDimension(
                DaySums sums, Totals totals, CountTable.Row row, Granularity granularity, List<Bucket> windows) {
            if (!row.granularities().contains(granularity)) {
                return CompletableFuture.completedFuture(List.of());
            }
            Metric whole = wholeOf(row);
            String relation = row.dimension().isOptional() ? Equation.AT_MOST : Equation.EQUAL;
            String of = granularity == Granularity.DAY ? " of the day" : " of all hours";
            String left = row.metric().wireName() + " by " + row.dimension().wireName() + of;
            String right = whole.wireName() + of;
            if (!isKept(row, windows)) {
                return CompletableFuture.completedFuture(List.of(Equation.expired(left, relation, right)));
            }
            List<Long> wholes = granularity == Granularity.DAY ? List.of(totals.ofDay(whole)) : totals.ofHours(whole);
            return sums.members(row, windows).thenApply(parts -> {
                List<String> details = granularity == Granularity.DAY ? List.of() : differing(parts, relation, wholes);
                return List.of(
                        Equation.of(left, relation, right, new Sides(sum(parts), sum(wholes)), details, isFinal));
            });
        }
    }

    /** Of which metric the members are a part: their own, unless that has no total. */
    private static Metric wholeOf(CountTable.Row row) {
        return CountTable.find(row.metric(), Dimension.TOTAL).isPresent() ? row.metric() : Metric.CALLS;
    }

    private static long sum(List<Long> counts) {
        return counts.stream().collect(Collectors.summingLong(Long::longValue));
    }
}
