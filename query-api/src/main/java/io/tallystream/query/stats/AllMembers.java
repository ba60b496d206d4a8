package io.tallystream.query.stats;

import io.tallystream.query.store.Ranking;
import io.tallystream.query.store.Snapshot;
import io.tallystream.schema.count.Dimension;
import io.tallystream.schema.count.Metric;
import io.tallystream.schema.count.OtherMember;
import io.tallystream.schema.count.Window;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BiFunction;

/**
 * Every member of a dimension in a window, page by page, the highest counts first; last what is not counted by name. Holds one page at
 * a time.
 *
 * @param <T> what is made of a page
 */
final class AllMembers<T> {
    private final OneGeneration counts;
    private final Window window;
    private final Metric metric;
    private final Dimension dimension;
    private final int pageSize;
    private final BiFunction<Snapshot, List<Ranking.Entry>, CompletionStage<List<T>>> details;
    private Map<String, Long> others = Map.of();
    private long read;
    private boolean complete;

    /** @param details makes what is wanted of a page of members, reading more from the same snapshot */
    AllMembers(
            OneGeneration counts,
            Window window,
            Metric metric,
            Dimension dimension,
            int pageSize,
            BiFunction<Snapshot, List<Ranking.Entry>, CompletionStage<List<T>>> details) {
        this.counts = counts;
        this.window = window;
        this.metric = metric;
        this.dimension = dimension;
        this.pageSize = pageSize;
        this.details = details;
    }

    private record Page<T>(int stored, Map<String, Long> others, List<T> rows) {}

    /** The next page; an empty one at the end. */
    CompletionStage<List<T>> next() {
        if (complete) {
            return CompletableFuture.completedFuture(List.of());
        }
        return counts.<Page<T>>ask(this::page).thenCompose(this::take);
    }

    // May be asked more than once for one page, and so changes nothing before the answer is final.
    private CompletionStage<Page<T>> page(Snapshot snapshot) {
        return snapshot.stored(window, metric, dimension, read, pageSize).thenCompose(stored -> {
            Map<String, Long> sums = new LinkedHashMap<>(others);
            List<Ranking.Entry> named = new ArrayList<>();
            for (Ranking.Entry entry : stored) {
                OtherMember.wholeOf(dimension, entry.member())
                        .ifPresentOrElse(whole -> sums.merge(whole, entry.count(), Long::sum), () -> named.add(entry));
            }
            if (stored.size() < pageSize) {
                sums.forEach((member, count) -> named.add(new Ranking.Entry(member, count)));
            }
            return details.apply(snapshot, named).thenApply(rows -> new Page<>(stored.size(), sums, rows));
        });
    }

    private CompletionStage<List<T>> take(Page<T> page) {
        read += page.stored();
        others = page.others();
        complete = page.stored() < pageSize;
        return page.rows().isEmpty() ? next() : CompletableFuture.completedFuture(page.rows());
    }
}
