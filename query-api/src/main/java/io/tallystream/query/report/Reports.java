package io.tallystream.query.report;

import static java.util.Objects.requireNonNull;

import io.lettuce.core.RedisException;
import io.tallystream.query.contract.Parameters;
import io.tallystream.query.contract.RefusedException;
import io.tallystream.query.export.Table;
import io.tallystream.query.span.Bucket;
import io.tallystream.query.span.Spans;
import io.tallystream.query.stats.Desk;
import io.tallystream.query.store.Stages;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.time.LocalDate;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** Answers questions about reports. Thread-safe. */
public final class Reports {
    private static final int DAYS = 30;
    private static final int MAX_DAYS = 366;
    // Reports that are in memory at a time.
    private static final int PAGE = 31;
    private static final long LIST_LIMIT_MS = 1_900;
    private static final List<String> SUMMARY = List.of(
            "date",
            "revision",
            "final",
            "reconciled",
            "total_calls",
            "success_rate",
            "clicks",
            "page_views",
            "active_users",
            "new_users",
            "generated_at");
    private static final List<String> FIGURES =
            List.of("total_calls", "success_rate", "clicks", "page_views", "active_users", "new_users");
    private static final List<String> COLUMNS = List.of("figure", "member", "value");

    private final Desk desk;
    private final ReportSchedule schedule;
    private final ReportStore store;
    private final ReportMaker maker;
    private final Consumer<ReportMaker.Result> onReport;

    Reports(
            Desk desk,
            ReportSchedule schedule,
            ReportStore store,
            ReportMaker maker,
            Consumer<ReportMaker.Result> onReport) {
        this.desk = requireNonNull(desk, "desk");
        this.schedule = requireNonNull(schedule, "schedule");
        this.store = requireNonNull(store, "store");
        this.maker = requireNonNull(maker, "maker");
        this.onReport = requireNonNull(onReport, "onReport");
    }

    /**
     * The report of a day.
     *
     * @throws RefusedException also as the failure of the stage, if there is none
     */
    public CompletionStage<JsonObject> read(Parameters parameters) {
        Bucket day = desk.spans().day(parameters, "date");
        LocalDate date = LocalDate.parse(day.window().label());
        CompletionStage<Optional<JsonObject>> found = parameters
                .find("revision")
                .map(revision -> store.find(date, Integer.parseInt(revision)))
                .orElseGet(() -> store.latest(date));
        return found.thenApply(report -> report.orElseThrow(() -> missing(day, parameters)));
    }

    private RefusedException missing(Bucket day, Parameters parameters) {
        String date = day.window().label();
        if (parameters.has("revision")) {
            return RefusedException.missing(
                    "no-report",
                    "revision",
                    "there is no such revision of the report of %s, or it is kept no more".formatted(date));
        }
        Instant due = schedule.dueAt(day.window());
        return RefusedException.missing(
                "no-report",
                "date",
                due.isAfter(desk.now())
                        ? "there is no report of %s yet; it is due at %s".formatted(date, due)
                        : "there is no report of %s; POST makes one, if its counts are still kept".formatted(date));
    }

    /**
     * The report of a day as a page.
     *
     * @throws RefusedException also as the failure of the stage, if there is none
     */
    public CompletionStage<String> page(Parameters parameters) {
        return read(parameters).thenApply(report -> new ReportPage(report).html());
    }

    /**
     * The report of a day, figure by figure.
     *
     * @throws RefusedException also as the failure of the stages, if there is none
     */
    public Table table(Parameters parameters) {
        return Table.of(COLUMNS, () -> read(parameters).thenApply(Reports::figures));
    }

    private static List<List<Object>> figures(JsonObject report) {
        List<List<Object>> rows = new ArrayList<>();
        FIGURES.forEach(name -> rows.add(Arrays.asList(name, null, report.getValue(name))));
        report.getJsonObject("api_breakdown").forEach(entry -> rows.add(row("api", entry.getKey(), entry.getValue())));
        report.getJsonObject("status_breakdown")
                .forEach(entry -> rows.add(row("status", entry.getKey(), entry.getValue())));
        for (Object product : report.getJsonArray("top_products")) {
            JsonObject json = (JsonObject) product;
            rows.add(row("product", json.getString("product_id"), json.getValue("clicks")));
        }
        JsonObject hour = report.getJsonObject("busiest_hour");
        if (hour != null) {
            rows.add(row("busiest_hour", hour.getString("start"), hour.getValue("calls")));
        }
        return rows;
    }

    private static List<Object> row(String figure, String member, Object value) {
        return Arrays.asList(figure, member, value);
    }

    /**
     * The reports there are of some days, in short.
     *
     * @throws RefusedException if the parameters name no days, or too many
     */
    public CompletionStage<JsonObject> list(Parameters parameters) {
        Days days = days(parameters);
        return summaries(days.from(), days.to(), new JsonArray())
                .toCompletableFuture()
                .orTimeout(LIST_LIMIT_MS, TimeUnit.MILLISECONDS)
                .handle((data, failure) -> {
                    if (failure != null) {
                        throw failure instanceof RuntimeException known
                                ? known
                                : new RedisException("Redis takes too long", failure);
                    }
                    return new JsonObject()
                            .put("time_zone", desk.spans().calendar().zone().getId())
                            .put("from", days.from().toString())
                            .put("to", days.to().toString())
                            .put("data", data);
                });
    }

    private CompletionStage<JsonArray> summaries(LocalDate from, LocalDate to, JsonArray data) {
        if (!from.isBefore(to)) {
            return CompletableFuture.completedFuture(data);
        }
        LocalDate next = earlier(from.plusDays(PAGE), to);
        return found(from, next).thenCompose(reports -> {
            reports.forEach(report -> {
                JsonObject summary = new JsonObject();
                SUMMARY.forEach(name -> summary.put(name, report.getValue(name)));
                data.add(summary);
            });
            return summaries(next, to, data);
        });
    }

    /**
     * The same as a table.
     *
     * @throws RefusedException if the parameters name no days, or too many
     */
    public Table listTable(Parameters parameters) {
        Days days = days(parameters);
        return new Table(SUMMARY, new Pages(days)::next);
    }

    private final class Pages {
        private final LocalDate to;
        private LocalDate from;

        Pages(Days days) {
            from = days.from();
            to = days.to();
        }

        CompletionStage<List<List<Object>>> next() {
            if (!from.isBefore(to)) {
                return CompletableFuture.completedFuture(List.of());
            }
            LocalDate next = earlier(from.plusDays(PAGE), to);
            return found(from, next).thenCompose(reports -> {
                from = next;
                return reports.isEmpty()
                        ? next()
                        : CompletableFuture.completedFuture(reports.stream()
                                .map(report ->
                                        SUMMARY.stream().map(report::getValue).toList())
                                .toList());
            });
        }
    }

    private CompletionStage<List<JsonObject>> found(LocalDate from, LocalDate to) {
        return Stages.all(from.datesUntil(to).map(store::latest).toList())
                .thenApply(reports -> reports.stream().flatMap(Optional::stream).toList());
    }

    /**
     * Makes the report of a day anew, as a further revision.
     *
     * @throws RefusedException also as the failure of the stage, if it cannot have one
     */
    public CompletionStage<JsonObject> remake(Parameters parameters) {
        return maker.remake(desk.spans().day(parameters, "date").window()).thenApply(result -> {
            onReport.accept(result);
            return result.report();
        });
    }

    private record Days(LocalDate from, LocalDate to) {}

    private Days days(Parameters parameters) {
        LocalDate today = desk.spans().calendar().dateAt(desk.now());
        LocalDate to = parameters.has("to") ? Spans.date(parameters, "to") : today.plusDays(1);
        LocalDate from = parameters.has("from") ? Spans.date(parameters, "from") : to.minusDays(DAYS);
        if (!from.isBefore(to)) {
            throw RefusedException.badParameter("from", "from must be before to");
        }
        if (ChronoUnit.DAYS.between(from, to) > MAX_DAYS) {
            throw RefusedException.unanswerable(
                    "too-many-windows",
                    "from",
                    "from is too far before to: an answer has at most %d days".formatted(MAX_DAYS));
        }
        return new Days(from, to);
    }

    private static LocalDate earlier(LocalDate one, LocalDate other) {
        return one.isBefore(other) ? one : other;
    }
}
