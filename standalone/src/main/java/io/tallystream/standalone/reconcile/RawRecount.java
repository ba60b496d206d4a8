package io.tallystream.standalone.reconcile;

import static java.util.Objects.requireNonNull;

import io.tallystream.processor.count.CountingSettings;
import io.tallystream.query.reconciliation.Verdict;
import io.tallystream.query.span.Bucket;
import io.tallystream.query.stats.Desk;
import io.tallystream.schema.count.CountTable;
import io.tallystream.schema.count.Dimension;
import io.tallystream.schema.count.Granularity;
import io.tallystream.schema.count.Metric;
import io.tallystream.schema.count.Window;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Counts the raw events of a day once more, and compares. For one thread. */
public final class RawRecount {
    private static final Duration PATIENCE = Duration.ofSeconds(15);
    private static final Duration PAUSE = Duration.ofMillis(250);

    private final Desk desk;
    private final CountingSettings settings;
    private final Map<String, Object> consumer;

    /**
     * What came of it.
     *
     * @param records how many were read
     */
    public record Result(long records, List<Comparison.Found> found) {
        /** Copies the list. */
        public Result {
            found = List.copyOf(found);
        }

        /** The worst of all verdicts. */
        public Verdict verdict() {
            return found.stream()
                    .map(Comparison.Found::verdict)
                    .max(Verdict::compareTo)
                    .orElse(Verdict.EXPIRED);
        }
    }

    /**
     * @param settings those that the processor counts with
     * @param consumer settings of a Kafka consumer without a group
     */
    public RawRecount(Desk desk, CountingSettings settings, Map<String, Object> consumer) {
        this.desk = requireNonNull(desk, "desk");
        this.settings = requireNonNull(settings, "settings");
        this.consumer = Map.copyOf(consumer);
    }

    /**
     * Recounts a day.
     *
     * @throws EventsGoneException if its events are no longer on their topics
     */
    public Result of(Window day) throws InterruptedException {
        LocalDate date = LocalDate.parse(day.label());
        RedisDay stored = new RedisDay(desk, day);
        try (EventRecords records = new EventRecords(consumer)) {
            Instant since = records.completeSince().orElse(Instant.MAX);
            if (!isComplete(since, date)) {
                throw new EventsGoneException(
                        ("the events of %s are no longer on their topics, where they are kept for EVENTS_RETENTION; without"
                                        + " --recount its counts are compared with each other only")
                                .formatted(date));
            }
            DayRecount recount = new DayRecount(settings, records.partitionsOfTopic(), date);
            records.readToEnd(recount::take);
            DayCounts least = recount.counts();
            DayRecount.NewUsers leastNew = recount.newUsers();
            DayCounts redis = caughtUp(stored, least);
            records.readToEnd(recount::take);
            Comparison comparison = new Comparison(least, redis, recount.counts(), this::isFinal);
            List<Comparison.Found> found = new ArrayList<>();
            for (CountTable.Row row : CountTable.rows()) {
                for (Granularity granularity : Granularity.values()) {
                    List<Bucket> windows = stored.windows(row, granularity);
                    if (row.metric() == Metric.NEW_USERS && !windows.isEmpty()) {
                        found.add(newUsers(windows.get(0), redis, leastNew, recount.newUsers(), since));
                    } else if (!windows.isEmpty()) {
                        found.add(
                                isComplete(since, firstDay(row.metric(), date))
                                        ? comparison.of(row, granularity, windows)
                                        : gone(row, granularity));
                    }
                }
            }
            return new Result(recount.records(), found);
        }
    }

    /** What Redis has, when that is no less than what was recounted, or will not be. */
    private static DayCounts caughtUp(RedisDay stored, DayCounts least) throws InterruptedException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        DayCounts redis = stored.read();
        while (!Comparison.hasCaughtUp(least, redis, stored::isKept) && System.nanoTime() < deadline) {
            Thread.sleep(PAUSE.toMillis());
            redis = stored.read();
        }
        return redis;
    }

    private boolean isFinal(Bucket window) {
        return desk.spans().isFinal(window, desk.now());
    }

    private static LocalDate firstDay(Metric metric, LocalDate date) {
        return switch (metric) {
            case ACTIVE_USERS_7D -> date.minusDays(DayRecount.WEEK - 1);
            case ACTIVE_USERS_30D -> date.minusDays(DayRecount.MONTH - 1);
            default -> date;
        };
    }

    /** Whether all events of a day and of those after it are there, and those of which they may be repetitions. */
    private boolean isComplete(Instant since, LocalDate date) {
        Instant needed = date.atStartOfDay(settings.zone())
                .toInstant()
                .minus(settings.allowedSkew())
                .minus(settings.deduplicationHorizon());
        return !since.isAfter(needed);
    }

    /** Who is new depends on all events there ever were; and where a user's first ones are on both topics, on chance. */
    private Comparison.Found newUsers(
            Bucket day, DayCounts redis, DayRecount.NewUsers least, DayRecount.NewUsers most, Instant since) {
        CountTable.Row row = CountTable.find(Metric.NEW_USERS, Dimension.TOTAL).orElseThrow();
        if (!since.equals(Instant.MIN)) {
            return gone(row, Granularity.DAY);
        }
        long found =
                redis.at(new Place(row.metric(), row.dimension(), day.window())).getOrDefault("", 0L);
        boolean isBetween = least.least() <= found && found <= most.most();
        Verdict agreeing = isFinal(day) || least.equals(most) ? Verdict.BALANCED : Verdict.OPEN;
        return new Comparison.Found(
                Comparison.name(row, Granularity.DAY),
                found,
                most.most(),
                1,
                isBetween ? agreeing : Verdict.OFF,
                isBetween
                        ? List.of()
                        : List.of("%d in Redis, %d to %d recounted".formatted(found, least.least(), most.most())));
    }

    private static Comparison.Found gone(CountTable.Row row, Granularity granularity) {
        return new Comparison.Found(Comparison.name(row, granularity), 0, 0, 0, Verdict.EXPIRED, List.of());
    }
}
