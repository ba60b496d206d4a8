package io.tallystream.query;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tallystream.query.report.Webhook;
import io.tallystream.schema.count.Dimension;
import io.tallystream.schema.count.Granularity;
import io.tallystream.schema.count.Metric;
import io.tallystream.schema.count.Window;
import io.tallystream.schema.count.WindowCalendar;
import io.tallystream.schema.redis.CountKeys;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;

/**
 * Servers that make reports by a clock that the test sets, in a year to come: Redis goes by its own clock, and deletes what
 * has expired.
 */
@Timeout(240)
abstract class ReportSuite {
    static final ZoneId UTC = ZoneId.of("UTC");

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    final String prefix = "test-" + UUID.randomUUID();
    private final String redisUri;
    final Counts counts;
    final SetClock clock = new SetClock("2093-11-20T00:59:59.999Z");
    private final List<Api> apis = new ArrayList<>();

    ReportSuite(String redisUri) {
        this.redisUri = redisUri;
        counts = new Counts(redisUri, prefix).freshness("2094-01-01T00:00:00Z", "2093-11-20T00:59:59Z");
    }

    @AfterEach
    void stop() {
        apis.forEach(Api::close);
        counts.close();
    }

    Api start() throws Exception {
        return start(UTC, Optional.empty());
    }

    Api start(ZoneId zone, Optional<Webhook> webhook) throws Exception {
        Api api = Api.start(redisUri, prefix, zone, clock, webhook).awaitUp();
        apis.add(api);
        return api;
    }

    static Window day(String date) {
        return new Window(Granularity.DAY, date);
    }

    static String path(String date) {
        return "/api/v1/reports/daily/" + date;
    }

    static HttpResponse<String> remake(Api api, String date) throws Exception {
        return api.send(api.request(path(date)).POST(BodyPublishers.noBody()).build());
    }

    /** A day on which one endpoint was called that often, in one minute of its first hour. */
    void calls(String date, long calls) {
        calls(UTC, date, calls);
    }

    void calls(ZoneId zone, String date, long calls) {
        WindowCalendar calendar = new WindowCalendar(zone);
        Instant start = calendar.startOf(day(date));
        for (Granularity granularity : List.of(Granularity.MINUTE, Granularity.HOUR, Granularity.DAY)) {
            Window window = calendar.windowAt(granularity, start);
            counts.total(Metric.CALLS, window, calls)
                    .put(Metric.CALLS, window, Dimension.ENDPOINT, "/a", calls)
                    .put(Metric.CALLS, window, Dimension.STATUS, "200", calls)
                    .put(Metric.CALLS, window, Dimension.ENDPOINT_STATUS, "200 /a", calls);
        }
    }

    JsonObject awaitReport(Api api, String date, int revision) {
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(
                                api.get(path(date) + "?revision=" + revision).statusCode())
                        .isEqualTo(200));
        try {
            return api.json(path(date));
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    /** Waits for a whole round more than there were. */
    void awaitRound(Api api, int before) {
        await().atMost(PATIENCE).until(() -> rounds(api) > before);
    }

    /** Waits for the round that is due a quarter of an hour later. */
    void nextRound(Api api) {
        int before = rounds(api);
        clock.forward(Duration.ofMinutes(15));
        awaitRound(api, before);
    }

    static int rounds(Api api) {
        return api.count("tallystream.query.report.rounds");
    }

    List<String> revisions(String date) {
        return counts.redis().hkeys(CountKeys.dailyReport(prefix, LocalDate.parse(date))).stream()
                .filter(field -> !field.equals("posted"))
                .toList();
    }
}
