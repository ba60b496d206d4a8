package io.tallystream.query.report;

import static java.util.Objects.requireNonNull;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.tallystream.query.stats.Desk;
import io.tallystream.query.store.Snapshot;
import io.tallystream.runtime.lifecycle.DaemonThreads;
import io.tallystream.schema.count.CountTable;
import io.tallystream.schema.count.Window;
import io.tallystream.schema.redis.Freshness;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sees to it that there are reports: on start, when one is due, and every {@link #EVERY} after that, looks at the latest
 * days whose reports are due. Looks at the clock once a second rather than wait until then, so that a clock that is set, or
 * a machine that slept, does no harm; a round that fails is made again at the next look. While the counts of the latest of these
 * days are not all in Redis there is none.
 */
final class ReportRounds implements AutoCloseable {
    /** How far apart rounds are at most. */
    static final Duration EVERY = Duration.ofMinutes(15);

    private static final Logger LOGGER = LoggerFactory.getLogger(ReportRounds.class);
    private static final Duration LOOK = Duration.ofSeconds(1);
    // From an event on its topic to its counts on theirs, while processors keep up.
    private static final Duration COUNTING = Duration.ofSeconds(10);
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final Duration CLOSE_LIMIT = Duration.ofSeconds(2);

    private final Desk desk;
    private final BooleanSupplier isReached;
    private final ReportSchedule schedule;
    private final ReportMaker maker;
    private final Consumer<ReportMaker.Result> onReport;
    private final Counter rounds;
    private final Counter waits;
    private final ScheduledExecutorService looks =
            Executors.newSingleThreadScheduledExecutor(new DaemonThreads("report-rounds"));
    // Of the thread of the looks; null before the first round that was complete.
    private Instant lastRound;
    private Window lastDue;
    private boolean failing;

    /**
     * @param isReached whether Redis is; there is no round while it is not
     * @param onReport is given every report there is, round by round
     */
    ReportRounds(
            Desk desk,
            BooleanSupplier isReached,
            ReportSchedule schedule,
            ReportMaker maker,
            Consumer<ReportMaker.Result> onReport,
            MeterRegistry meters) {
        this.desk = requireNonNull(desk, "desk");
        this.isReached = requireNonNull(isReached, "isReached");
        this.schedule = requireNonNull(schedule, "schedule");
        this.maker = requireNonNull(maker, "maker");
        this.onReport = requireNonNull(onReport, "onReport");
        rounds = Counter.builder("tallystream.query.report.rounds")
                .description("Complete looks at the latest daily reports")
                .register(meters);
        waits = Counter.builder("tallystream.query.report.waits")
                .description("Seconds that daily reports waited for counts that are not in Redis yet")
                .register(meters);
    }

    // Nobody waits for it; a look does not throw.
    @SuppressWarnings("FutureReturnValueIgnored")
    void start() {
        looks.scheduleWithFixedDelay(this::look, LOOK.toMillis(), LOOK.toMillis(), TimeUnit.MILLISECONDS);
    }

    private void look() {
        try {
            Instant now = desk.now();
            Window due = schedule.latestDue(now);
            // Who reads Redis says when it is away.
            if (isReached.getAsBoolean() && isTime(now, due) && areComplete(due)) {
                round(now);
                rounds.increment();
                lastRound = now;
                lastDue = due;
                failing = false;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException | RuntimeException e) { // The next look may find it mended.
            Throwable cause = e instanceof ExecutionException ? e.getCause() : e;
            if (!failing) {
                LOGGER.warn("daily reports wait: {}", cause.toString());
            }
            failing = true;
        }
    }

    private boolean isTime(Instant now, Window due) {
        return lastRound == null
                || !due.equals(lastDue)
                || Duration.between(lastRound, now).abs().compareTo(EVERY) >= 0;
    }

    /** Whether Redis has all counts of what had happened when the report of a day was due; not while it is being filled again. */
    private boolean areComplete(Window day) throws InterruptedException, ExecutionException, TimeoutException {
        Optional<Freshness> freshness = desk.ask(Snapshot::freshness)
                .toCompletableFuture()
                .get(LIMIT.toMillis(), TimeUnit.MILLISECONDS)
                .value();
        Instant counted = schedule.dueAt(day).plus(COUNTING);
        boolean complete =
                freshness.isPresent() && !freshness.get().completeUntil().isBefore(counted);
        if (!complete) {
            waits.increment();
        }
        return complete;
    }

    private void round(Instant now) throws InterruptedException, ExecutionException, TimeoutException {
        CountTable.Row row = ReportFigures.callsRow();
        // Days before the first on which anything was counted have no report.
        boolean isInUse = false;
        for (Window day : schedule.due(now)) {
            if (desk.spans().isKept(day, row, now)) {
                Optional<ReportMaker.Result> result =
                        maker.check(day, isInUse).toCompletableFuture().get(LIMIT.toMillis(), TimeUnit.MILLISECONDS);
                isInUse |= result.isPresent();
                result.ifPresent(onReport);
            }
        }
    }

    @Override
    public void close() {
        looks.shutdownNow();
        try {
            if (!looks.awaitTermination(CLOSE_LIMIT.toMillis(), TimeUnit.MILLISECONDS)) {
                LOGGER.warn("a round of reports has not ended");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
