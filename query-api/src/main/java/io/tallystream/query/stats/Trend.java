package io.tallystream.query.stats;

import static java.util.Objects.requireNonNull;

import io.tallystream.query.store.CountReader;
import io.tallystream.schema.count.Granularity;
import io.tallystream.schema.count.Metric;
import io.tallystream.schema.count.Window;
import io.tallystream.schema.count.WindowCalendar;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** How a metric went, window by window. */
public final class Trend {
    private final CountReader counts;
    private final WindowCalendar calendar;
    private final Duration allowedLateness;
    private final Clock clock;

    /** The windows up to now that one can ask for. */
    public enum Range {
        /** The last 60 minutes. */
        MINUTE(Granularity.MINUTE, 60),
        /** The last 24 hours. */
        HOUR(Granularity.HOUR, 24),
        /** The last 30 days. */
        DAY(Granularity.DAY, 30);

        private final Granularity granularity;
        private final int windows;

        Range(Granularity granularity, int windows) {
            this.granularity = granularity;
            this.windows = windows;
        }

        /** The name in requests. */
        public String wireName() {
            return granularity.wireName();
        }
    }

    /**
     * Reads from those counts.
     *
     * @param allowedLateness how long after its end a window may still change
     */
    public Trend(CountReader counts, WindowCalendar calendar, Duration allowedLateness, Clock clock) {
        this.counts = requireNonNull(counts, "counts");
        this.calendar = requireNonNull(calendar, "calendar");
        this.allowedLateness = requireNonNull(allowedLateness, "allowedLateness");
        this.clock = requireNonNull(clock, "clock");
    }

    /** The totals of a metric in each window of the range, oldest first, the current one last. */
    public CompletionStage<JsonObject> read(Range range, Metric metric) {
        return counts.answer(snapshot -> read(snapshot, range, metric));
    }

    private CompletionStage<JsonObject> read(CountReader.Snapshot snapshot, Range range, Metric metric) {
        Instant now = clock.instant();
        List<Window> windows = List.copyOf(windowsUpTo(now, range));
        List<CompletableFuture<Map<Metric, Long>>> totals = new ArrayList<>();
        // All are sent before the first reply is awaited.
        windows.forEach(window -> totals.add(snapshot.totals(window).toCompletableFuture()));
        return CompletableFuture.allOf(totals.toArray(CompletableFuture[]::new)).thenApply(all -> {
            JsonArray data = new JsonArray();
            for (int i = 0; i < windows.size(); i++) {
                data.add(bucket(windows.get(i), totals.get(i).join().getOrDefault(metric, 0L), now));
            }
            return new JsonObject()
                    .put("range", range.wireName())
                    .put("granularity", range.granularity.wireName())
                    .put("metric", metric.wireName())
                    .put("time_zone", calendar.zone().getId())
                    .put("from", calendar.startOf(windows.get(0)).toString())
                    .put("to", calendar.endOf(windows.get(windows.size() - 1)).toString())
                    .put("data", data);
        });
    }

    private Deque<Window> windowsUpTo(Instant now, Range range) {
        Deque<Window> windows = new ArrayDeque<>();
        Instant time = now;
        while (windows.size() < range.windows) {
            Window window = calendar.windowAt(range.granularity, time);
            windows.addFirst(window);
            time = calendar.startOf(window).minusMillis(1);
        }
        return windows;
    }

    private JsonObject bucket(Window window, long count, Instant now) {
        boolean isFinal = !calendar.endOf(window).plus(allowedLateness).isAfter(now);
        return new JsonObject()
                .put("time", calendar.startOf(window).toString())
                .put("count", count)
                .put("final", isFinal);
    }
}
