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
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BiFunction;

/**
 * Every member of a dimension in a window, page by page, the highest counts first; last what is not counted by name. Holds
 * one page at a time, and of those before it who was on them: where counts change meanwhile each member is told once all the
 * same, those that passed others by without being seen behind the rest.
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
    private final ToldMembers told = new ToldMembers();
    private Map<String, Long> others = Map.of();
    private Step step = new ByRank(0);

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

    /** What is to be read next. */
    private sealed interface Step permits ByRank, Rest, Nothing {}

    /** Those behind the first ones, the highest counts first. */
    private record ByRank(long read) implements Step {}

    /** Those that ranks have left out, from that cursor on. */
    private record Rest(Optional<String> cursor) implements Step {}

    private record Nothing() implements Step {}

    /** @param members who is on it */
    private record Page<T>(List<String> members, Map<String, Long> others, List<T> rows, Step next) {}

    /** The next page; an empty one at the end. */
    CompletionStage<List<T>> next() {
        if (step instanceof Nothing) {
            return CompletableFuture.completedFuture(List.of());
        }
        return counts.<Page<T>>ask(this::page).thenCompose(this::take);
    }

    // May be asked more than once for one page, and so changes nothing before the answer is final.
    private CompletionStage<Page<T>> page(Snapshot snapshot) {
        return step instanceof ByRank byRank
                ? pageByRank(snapshot, byRank.read())
                : pageOfRest(snapshot, ((Rest) step).cursor());
    }

    private CompletionStage<Page<T>> pageByRank(Snapshot snapshot, long read) {
        return snapshot.stored(window, metric, dimension, read, pageSize).thenCompose(stored -> {
            List<Ranking.Entry> fresh = fresh(stored);
            if (stored.size() == pageSize) {
                return page(snapshot, fresh, new ByRank(read + pageSize));
            }
            if (read == 0) {
                return page(snapshot, fresh, new Nothing());
            }
            return snapshot.members(window, metric, dimension).thenCompose(members -> {
                boolean all = members <= told.size() + fresh.size();
                return page(snapshot, fresh, all ? new Nothing() : new Rest(Optional.empty()));
            });
        });
    }

    private CompletionStage<Page<T>> pageOfRest(Snapshot snapshot, Optional<String> cursor) {
        return snapshot.part(window, metric, dimension, cursor, pageSize)
                .thenCompose(part -> page(
                        snapshot,
                        fresh(part.entries()),
                        part.cursor().isPresent() ? new Rest(part.cursor()) : new Nothing()));
    }

    /** Those of them that were on no page before. */
    private List<Ranking.Entry> fresh(List<Ranking.Entry> entries) {
        Map<String, Ranking.Entry> fresh = new LinkedHashMap<>();
        for (Ranking.Entry entry : entries) {
            if (!told.contains(entry.member())) {
                fresh.put(entry.member(), entry);
            }
        }
        return List.copyOf(fresh.values());
    }

    private CompletionStage<Page<T>> page(Snapshot snapshot, List<Ranking.Entry> entries, Step next) {
        Map<String, Long> sums = new LinkedHashMap<>(others);
        List<Ranking.Entry> named = new ArrayList<>();
        for (Ranking.Entry entry : entries) {
            OtherMember.wholeOf(dimension, entry.member())
                    .ifPresentOrElse(whole -> sums.merge(whole, entry.count(), Long::sum), () -> named.add(entry));
        }
        if (next instanceof Nothing) {
            sums.forEach((member, count) -> named.add(new Ranking.Entry(member, count)));
        }
        List<String> members = entries.stream().map(Ranking.Entry::member).toList();
        return details.apply(snapshot, named).thenApply(rows -> new Page<>(members, sums, rows, next));
    }

    private CompletionStage<List<T>> take(Page<T> page) {
        if (!(page.next() instanceof Nothing)) {
            page.members().forEach(told::add);
        }
        others = page.others();
        step = page.next();
        return page.rows().isEmpty() ? next() : CompletableFuture.completedFuture(page.rows());
    }
}
