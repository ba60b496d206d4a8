package io.tallystream.query.report;

import static java.util.Objects.requireNonNull;

import io.tallystream.query.contract.RefusedException;
import io.tallystream.query.reconciliation.Reconciliation;
import io.tallystream.query.reconciliation.Verdict;
import io.tallystream.query.span.Bucket;
import io.tallystream.query.stats.Desk;
import io.tallystream.query.store.Answer;
import io.tallystream.schema.count.Granularity;
import io.tallystream.schema.count.Window;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.time.LocalDate;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes reports of the counts there are. Thread-safe; any number of them may make the same report at once. */
final class ReportMaker {
    private static final Logger LOGGER = LoggerFactory.getLogger(ReportMaker.class);

    private final Desk desk;
    private final ReportFigures figures;
    private final Reconciliation reconciliation;
    private final ReportStore store;

    /**
     * What there is now.
     *
     * @param isNew whether it was made just now, and here
     */
    record Result(JsonObject report, boolean isNew) {}

    ReportMaker(Desk desk, Reconciliation reconciliation, ReportStore store) {
        this.desk = requireNonNull(desk, "desk");
        this.reconciliation = requireNonNull(reconciliation, "reconciliation");
        this.store = requireNonNull(store, "store");
        figures = new ReportFigures(desk.spans());
    }

    /**
     * Makes the report of a day if there is none, and a new revision if the day's numbers have grown since, or are final by
     * now and were not. Numbers that have become less mean that Redis has lost counts, and change nothing; nor does anything
     * while counts are being made anew.
     *
     * @param alsoEmpty whether a day on which nothing was counted gets a report too
     * @return empty if there is no report
     */
    CompletionStage<Optional<Result>> check(Window day, boolean alsoEmpty) {
        Instant now = desk.now();
        LocalDate date = LocalDate.parse(day.label());
        CompletionStage<Answer<JsonObject>> asked = desk.ask(snapshot -> figures.read(snapshot, day, now));
        return store.latest(date)
                .thenCombine(asked, (latest, answer) -> {
                    boolean isWanted = !answer.rebuilding()
                            && latest.map(before -> isOutdated(before, answer.value(), day, now))
                                    .orElse(alsoEmpty || !ReportFigures.isEmpty(answer.value()));
                    return isWanted
                            ? add(day, latest, answer.value(), now).thenApply(Optional::of)
                            : CompletableFuture.completedFuture(latest.map(report -> new Result(report, false)));
                })
                .thenCompose(stage -> stage);
    }

    private boolean isOutdated(JsonObject before, JsonObject found, Window day, Instant now) {
        if (ReportFigures.isLess(found, before)) {
            LOGGER.warn("the counts of {} are less than its report says; Redis has lost some", day.label());
            return false;
        }
        return !ReportFigures.isSame(found, before) || (isFinal(day, now) && !before.getBoolean("final"));
    }

    /**
     * Makes a new revision of the report of a day, whether or not its numbers have changed.
     *
     * @throws RefusedException also as the failure of the stage, if the day has no report to be made
     */
    CompletionStage<Result> remake(Window day) {
        Instant now = desk.now();
        if (desk.spans().calendar().startOf(day).isAfter(now)) {
            throw RefusedException.unanswerable("not-begun", "date", "date is a day that has not begun");
        }
        if (!store.expiryOf(day).isAfter(now)) {
            throw RefusedException.unanswerable(
                    "expired",
                    "date",
                    "date is too long ago: reports are kept for " + ReportStore.KEPT.toDays() + " days");
        }
        if (!desk.spans().isKept(day, ReportFigures.callsRow(), now)) {
            throw RefusedException.unanswerable("expired", "date", "date is too long ago: its counts are kept no more");
        }
        LocalDate date = LocalDate.parse(day.label());
        return store.latest(date)
                .thenCombine(desk.ask(snapshot -> figures.read(snapshot, day, now)), (latest, answer) -> {
                    if (answer.rebuilding()) {
                        throw RefusedException.unanswerable(
                                "rebuilding", "date", "the counts of date are being made anew; try again afterwards");
                    }
                    // One whose numbers did not agree may have said too much.
                    if (latest.isPresent()
                            && !Boolean.FALSE.equals(latest.get().getBoolean("reconciled"))
                            && ReportFigures.isLess(answer.value(), latest.get())) {
                        throw RefusedException.unanswerable(
                                "counts-lost",
                                "date",
                                "the counts of date are less than its report says: Redis has lost some");
                    }
                    return add(day, latest, answer.value(), now);
                })
                .thenCompose(stage -> stage);
    }

    private CompletionStage<Result> add(Window day, Optional<JsonObject> latest, JsonObject found, Instant now) {
        int revision = latest.map(before -> before.getInteger("revision")).orElse(0) + 1;
        return reconciled(day, now).thenCompose(reconciled -> {
            JsonObject report = new JsonObject()
                    .put("date", day.label())
                    .put("time_zone", desk.spans().calendar().zone().getId())
                    .put("revision", revision)
                    .put("final", isFinal(day, now))
                    .put("reconciled", reconciled.orElse(null))
                    .put("generated_at", now.truncatedTo(ChronoUnit.SECONDS).toString())
                    .mergeIn(found);
            return store.add(day, revision, report).thenCompose(added -> {
                if (added) {
                    LOGGER.info("made the report of {}, revision {}", day.label(), revision);
                    return CompletableFuture.completedFuture(new Result(report, true));
                }
                return store.latest(LocalDate.parse(day.label()))
                        .thenApply(winner -> new Result(winner.orElse(report), false));
            });
        });
    }

    /** Empty while the day can still change, and its equations with it. */
    private CompletionStage<Optional<Boolean>> reconciled(Window day, Instant now) {
        return isFinal(day, now)
                ? reconciliation
                        .of(day)
                        .thenApply(balance -> Optional.of(balance.verdict())
                                .filter(verdict -> verdict != Verdict.EXPIRED)
                                .map(verdict -> verdict == Verdict.BALANCED))
                : CompletableFuture.completedFuture(Optional.empty());
    }

    private boolean isFinal(Window day, Instant now) {
        Bucket bucket =
                desk.spans().bucketAt(Granularity.DAY, desk.spans().calendar().startOf(day));
        return desk.spans().isFinal(bucket, now);
    }
}
