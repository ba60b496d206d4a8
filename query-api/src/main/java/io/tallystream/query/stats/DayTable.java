package io.tallystream.query.stats;

import static java.util.Objects.requireNonNull;

import io.tallystream.query.contract.Parameters;
import io.tallystream.query.contract.RefusedException;
import io.tallystream.query.export.Table;
import io.tallystream.query.span.Bucket;
import io.tallystream.query.store.Ranking;
import io.tallystream.schema.count.CountTable;
import io.tallystream.schema.count.Dimension;
import io.tallystream.schema.count.Granularity;
import io.tallystream.schema.count.Metric;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Every count of a day. */
public final class DayTable {
    private static final int PAGE = 1_000;

    private final Desk desk;

    /** Asks there. */
    public DayTable(Desk desk) {
        this.desk = requireNonNull(desk, "desk");
    }

    /**
     * Row by row of what is counted: metric, dimension, member, count. Counts of single users are left out of days for which they
     * are kept no more.
     *
     * @throws RefusedException if the day is kept no more
     */
    public Table table(Parameters parameters) {
        Instant now = desk.now();
        Bucket day = desk.spans().window(parameters, Granularity.DAY, now);
        desk.spans().requireKept(day, Rows.require(Metric.CALLS, Dimension.TOTAL), "window", now);
        Deque<CountTable.Row> rest = new ArrayDeque<>(CountTable.rows().stream()
                .filter(row -> row.dimension() != Dimension.TOTAL
                        && row.granularities().contains(Granularity.DAY))
                .toList());
        return desk.about(
                now, new Table(List.of("metric", "dimension", "member", "count"), new Pages(day, rest)::next));
    }

    private final class Pages {
        private final Bucket day;
        private final Deque<CountTable.Row> rest;
        private final OneGeneration counts = new OneGeneration(desk);
        private boolean totalsTold;
        private AllMembers<List<Object>> current;

        Pages(Bucket day, Deque<CountTable.Row> rest) {
            this.day = day;
            this.rest = rest;
        }

        CompletionStage<List<List<Object>>> next() {
            if (!totalsTold) {
                totalsTold = true;
                return counts.ask(snapshot -> snapshot.totals(day.window()))
                        .thenCompose(totals -> orNext(totals.entrySet().stream()
                                .map(total -> List.<Object>of(
                                        total.getKey().wireName(), Dimension.TOTAL.wireName(), "", total.getValue()))
                                .toList()));
            }
            if (current == null) {
                if (rest.isEmpty()) {
                    return CompletableFuture.completedFuture(List.of());
                }
                current = membersOf(rest.poll());
            }
            return current.next().thenCompose(page -> {
                if (page.isEmpty()) {
                    current = null;
                }
                return orNext(page);
            });
        }

        private CompletionStage<List<List<Object>>> orNext(List<List<Object>> page) {
            return page.isEmpty() ? next() : CompletableFuture.completedFuture(page);
        }

        private AllMembers<List<Object>> membersOf(CountTable.Row row) {
            return new AllMembers<>(
                    counts,
                    day.window(),
                    row.metric(),
                    row.dimension(),
                    PAGE,
                    (snapshot, entries) -> CompletableFuture.completedFuture(
                            entries.stream().map(entry -> line(row, entry)).toList()));
        }
    }

    private static List<Object> line(CountTable.Row row, Ranking.Entry entry) {
        return List.of(row.metric().wireName(), row.dimension().wireName(), entry.member(), entry.count());
    }
}
