package io.tallystream.query.report;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.tallystream.query.reconciliation.Reconciliation;
import io.tallystream.query.stats.Desk;
import io.tallystream.query.store.CountReader;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * The daily reports of a server: makes them when they are due, keeps them, posts and answers them. Any number of servers do so side by
 * side.
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
                .description("Revisions of daily reports that were made here.")
                .register(meters);
        ReportSchedule schedule = new ReportSchedule(desk.spans().calendar());
        ReportMaker maker = new ReportMaker(desk, new Reconciliation(desk), store);
        rounds = new ReportRounds(desk, schedule, maker, this::take, meters);
        reports = new Reports(desk, schedule, store, maker, this::take);
    }

    private void take(ReportMaker.Result result) {
        if (result.isNew()) {
            made.increment();
        }
        Instant since = Instant.parse(result.report().getString("generated_at"));
        if (result.isNew() || !since.plus(OTHERS_WAIT).isAfter(desk.now())) {
            sender.ifPresent(webhook -> webhook.offer(result.report()));
        }
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
