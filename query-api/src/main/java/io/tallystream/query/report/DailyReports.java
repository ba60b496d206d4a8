package io.tallystream.query.report;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.tallystream.query.reconciliation.Reconciliation;
import io.tallystream.query.stats.Desk;
import io.tallystream.query.store.CountReader;
import io.vertx.core.json.JsonObject;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;

/**
 * The daily reports of a server: makes them when they are due, keeps them, posts and answers them. Any number of servers do
 * so side by side.
 */
public final class DailyReports implements AutoCloseable {
    // Until then whoever has made a report is at it.
    private static final Duration OTHERS_WAIT = Duration.ofMinutes(10);

    private final ReportStore store;
    private final Optional<WebhookSender> sender;
    private final ReportRounds rounds;
    private final Reports reports;
    private final Desk desk;
    private final Counter made;
    // By date.
    private final NavigableMap<String, Judgement> judgements = new ConcurrentSkipListMap<>();

    /** Whether that revision says that the counts of its day do not agree. */
    private record Judgement(int revision, boolean isOff) {}

    /**
     * Not started.
     *
     * @param counts through which Redis is read
     * @throws IllegalArgumentException if the URI is none
     */
    public DailyReports(
            Desk desk,
            CountReader counts,
            String redisUri,
            String prefix,
            Optional<Webhook> webhook,
            Clock clock,
            MeterRegistry meters) {
        this.desk = desk;
        store = new ReportStore(counts, redisUri, prefix, desk.spans().calendar());
        sender = webhook.map(target -> new WebhookSender(target, store, clock, meters));
        made = Counter.builder("tallystream.query.reports.made")
                .description("Revisions of daily reports that were made here")
                .register(meters);
        Gauge.builder("tallystream.query.reports.off", this, DailyReports::off)
                .description("Latest daily reports that say that the counts of their day do not agree")
                .register(meters);
        ReportSchedule schedule = new ReportSchedule(desk.spans().calendar());
        ReportMaker maker = new ReportMaker(desk, new Reconciliation(desk), store);
        rounds = new ReportRounds(desk, () -> counts.health().up(), schedule, maker, this::take, meters);
        reports = new Reports(desk, schedule, store, maker, this::take);
    }

    private void take(ReportMaker.Result result) {
        if (result.isNew()) {
            made.increment();
        }
        judge(result.report());
        Instant since = Instant.parse(result.report().getString("generated_at"));
        if (result.isNew() || !since.plus(OTHERS_WAIT).isAfter(desk.now())) {
            sender.ifPresent(webhook -> webhook.offer(result.report()));
        }
    }

    private void judge(JsonObject report) {
        Judgement judgement =
                new Judgement(report.getInteger("revision"), Boolean.FALSE.equals(report.getBoolean("reconciled")));
        // A round may come with a revision that somebody has replaced meanwhile.
        judgements.merge(
                report.getString("date"),
                judgement,
                (known, found) -> found.revision() >= known.revision() ? found : known);
        String oldest = desk.spans()
                .calendar()
                .dateAt(desk.now())
                .minusDays(ReportSchedule.DAYS + 1)
                .toString();
        judgements.headMap(oldest).clear();
    }

    private long off() {
        return judgements.values().stream().filter(Judgement::isOff).count();
    }

    /** Begins to make reports. */
    public void start() {
        rounds.start();
    }

    /** Who answers questions about them. */
    public Reports reports() {
        return reports;
    }

    @Override
    public void close() {
        rounds.close();
        sender.ifPresent(WebhookSender::close);
        store.close();
    }
}
