package io.tallystream.standalone.reconcile;

import static java.util.Objects.requireNonNull;

import io.lettuce.core.RedisException;
import io.tallystream.query.span.Bucket;
import io.tallystream.query.stats.Desk;
import io.tallystream.query.store.Answer;
import io.tallystream.query.store.Ranking;
import io.tallystream.query.store.Snapshot;
import io.tallystream.query.store.Stages;
import io.tallystream.schema.count.CountTable;
import io.tallystream.schema.count.Dimension;
import io.tallystream.schema.count.Granularity;
import io.tallystream.schema.count.Metric;
import io.tallystream.schema.count.Window;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;

/** Reads every count of a day from Redis, piece by piece. For one thread. */
final class RedisDay {
    private static final int WINDOWS = 100;
    private static final int PAGE = 5_000;
    private static final long LIMIT_S = 10;

    private final Desk desk;
    private final Bucket day;
    private int generation;

    /** @param window of the day */
    RedisDay(Desk desk, Window window) {
        this.desk = requireNonNull(desk, "desk");
        day = desk.spans().bucketAt(Granularity.DAY, desk.spans().calendar().startOf(window));
    }

    /** The windows of the day in which a row is counted, as far as they are kept, ascending. */
    List<Bucket> windows(CountTable.Row row, Granularity granularity) {
        if (granularity == Granularity.LIFETIME || !row.granularities().contains(granularity)) {
            return List.of();
        }
        List<Bucket> windows = desk.spans().within(day, granularity);
        Instant now = desk.now();
        return windows.stream()
                .filter(window -> desk.spans().isKept(window.window(), row, now))
                .toList();
    }

    /** Whether counts of that place are still kept. */
    boolean isKept(Place place) {
        CountTable.Row row = CountTable.find(place.metric(), place.dimension()).orElseThrow();
        return desk.spans().isKept(place.window(), row, desk.now());
    }

    /**
     * All counts of the day.
     *
     * @throws RedisException if Redis does not answer, or all counts are made anew meanwhile
     */
    DayCounts read() throws InterruptedException {
        generation = 0;
        DayCounts counts = new DayCounts();
        for (Granularity granularity : Granularity.values()) {
            readTotals(granularity, counts);
            for (CountTable.Row row : CountTable.rows()) {
                if (row.dimension() != Dimension.TOTAL) {
                    readMembers(row, windows(row, granularity), counts);
                }
            }
        }
        return counts;
    }

    private void readTotals(Granularity granularity, DayCounts counts) throws InterruptedException {
        CountTable.Row any = CountTable.find(Metric.CALLS, Dimension.TOTAL).orElseThrow();
        List<Bucket> windows = windows(any, granularity);
        for (int from = 0; from < windows.size(); from += WINDOWS) {
            List<Bucket> some = windows.subList(from, Math.min(windows.size(), from + WINDOWS));
            List<Map<Metric, Long>> totals = ask(snapshot -> Stages.all(some.stream()
                    .map(window -> snapshot.totals(window.window()))
                    .toList()));
            for (int i = 0; i < some.size(); i++) {
                Window window = some.get(i).window();
                totals.get(i)
                        .forEach((metric, count) -> counts.add(new Place(metric, Dimension.TOTAL, window), "", count));
            }
        }
    }

    private void readMembers(CountTable.Row row, List<Bucket> windows, DayCounts counts) throws InterruptedException {
        for (int from = 0; from < windows.size(); from += WINDOWS) {
            List<Bucket> some = windows.subList(from, Math.min(windows.size(), from + WINDOWS));
            List<List<Ranking.Entry>> pages = ask(snapshot -> Stages.all(some.stream()
                    .map(window -> snapshot.stored(window.window(), row.metric(), row.dimension(), 0, PAGE))
                    .toList()));
            for (int i = 0; i < some.size(); i++) {
                Place place =
                        new Place(row.metric(), row.dimension(), some.get(i).window());
                List<Ranking.Entry> page = pages.get(i);
                if (page.size() < PAGE) {
                    page.forEach(entry -> counts.add(place, entry.member(), entry.count()));
                } else {
                    many(place).forEach((member, count) -> counts.add(place, member, count));
                }
            }
        }
    }

    /** More than a page. By rank, members would be on none or on two of several pages, since ranks change while events come. */
    private Map<String, Long> many(Place place) throws InterruptedException {
        Map<String, Long> counts = new HashMap<>();
        Optional<String> cursor = Optional.empty();
        do {
            Optional<String> from = cursor;
            Snapshot.Part part =
                    ask(snapshot -> snapshot.part(place.window(), place.metric(), place.dimension(), from, PAGE));
            part.entries().forEach(entry -> counts.put(entry.member(), entry.count()));
            cursor = part.cursor();
        } while (cursor.isPresent());
        return counts;
    }

    private <T> T ask(Function<Snapshot, CompletionStage<T>> question) throws InterruptedException {
        try {
            Answer<T> answer = desk.ask(question).toCompletableFuture().get(LIMIT_S, TimeUnit.SECONDS);
            if (generation != 0 && generation != answer.generation()) {
                throw new RedisException("all counts were made anew meanwhile");
            }
            generation = answer.generation();
            return answer.value();
        } catch (ExecutionException e) {
            throw e.getCause() instanceof RedisException known ? known : new RedisException(e.getCause());
        } catch (TimeoutException e) {
            throw new RedisException("no answer within " + LIMIT_S + " s", e);
        }
    }
}
