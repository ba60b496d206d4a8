package io.tallystream.query.reconciliation;

import io.tallystream.query.span.Bucket;
import io.tallystream.query.stats.Desk;
import io.tallystream.query.stats.OneGeneration;
import io.tallystream.query.store.Ranking;
import io.tallystream.query.store.Stages;
import io.tallystream.schema.count.CountTable;
import io.tallystream.schema.count.Metric;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Sums over the counts of a day, read piece by piece, so that none of them is too large for one answer. All are of one
 * generation; where they cannot be, it fails.
 */
final class DaySums {
    private static final int PAGE = 5_000;
    private static final int WINDOWS = 240;

    private final OneGeneration counts;

    DaySums(Desk desk) {
        counts = new OneGeneration(desk);
    }

    /** The totals of those windows, in their order. */
    CompletionStage<List<Map<Metric, Long>>> totals(List<Bucket> windows) {
        return totals(windows, 0, new ArrayList<>());
    }

    private CompletionStage<List<Map<Metric, Long>>> totals(
            List<Bucket> windows, int from, List<Map<Metric, Long>> sums) {
        if (from >= windows.size()) {
            return CompletableFuture.completedFuture(sums);
        }
        List<Bucket> some = windows.subList(from, Math.min(windows.size(), from + WINDOWS));
        return counts.ask(snapshot -> Stages.all(some.stream()
                        .map(window -> snapshot.totals(window.window()))
                        .toList()))
                .thenCompose(found -> {
                    sums.addAll(found);
                    return totals(windows, from + WINDOWS, sums);
                });
    }

    /** The sum over all members of a dimension, for each of those windows. */
    CompletionStage<List<Long>> members(CountTable.Row row, List<Bucket> windows) {
        return Stages.all(
                windows.stream().map(window -> members(row, window, 0, 0)).toList());
    }

    // While ranks change a member may be on two pages or on none. The sum is right nevertheless, one between those of
    // the first page's time and of the last one's: counts only grow, and so does the count that has a rank.
    private CompletionStage<Long> members(CountTable.Row row, Bucket window, long from, long before) {
        return counts.ask(snapshot -> snapshot.stored(window.window(), row.metric(), row.dimension(), from, PAGE))
                .thenCompose(page -> {
                    long sum = before
                            + page.stream().mapToLong(Ranking.Entry::count).sum();
                    return page.size() < PAGE
                            ? CompletableFuture.completedFuture(sum)
                            : members(row, window, from + PAGE, sum);
                });
    }
}
