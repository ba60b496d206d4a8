package io.tallystream.query;

import static io.tallystream.query.Counts.window;
import static io.tallystream.schema.count.Granularity.DAY;
import static io.tallystream.schema.count.Granularity.HOUR;
import static io.tallystream.schema.count.Granularity.MINUTE;
import static org.assertj.core.api.Assertions.assertThat;

import io.tallystream.embedded.EmbeddedRedis;
import io.tallystream.schema.count.Dimension;
import io.tallystream.schema.count.Metric;
import io.tallystream.schema.count.Window;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TrendIT extends WithApi {
    TrendIT(EmbeddedRedis redis) {
        super(redis);
    }

    @Test
    void shouldShowTheLast60Minutes() throws Exception {
        counts.total(Metric.CALLS, window(MINUTE, "2026-11-20T09:15Z"), 1)
                .total(Metric.CALLS, window(MINUTE, "2026-11-20T09:16Z"), 2)
                .total(Metric.CALLS, window(MINUTE, "2026-11-20T10:00Z"), 3)
                .total(Metric.CLICKS, window(MINUTE, "2026-11-20T10:01Z"), 9)
                .total(Metric.CALLS, window(MINUTE, "2026-11-20T10:15Z"), 4);

        JsonObject trend = api.json(TREND + "?range=minute");

        assertThat(trend.getString("range")).isEqualTo("minute");
        assertThat(trend.getString("granularity")).isEqualTo("minute");
        assertThat(trend.getString("metric")).isEqualTo("calls");
        assertThat(trend.getString("time_zone")).isEqualTo("UTC");
        assertThat(trend.getString("from")).isEqualTo("2026-11-20T09:16:00Z");
        assertThat(trend.getString("to")).isEqualTo("2026-11-20T10:16:00Z");
        assertThat(timesOf(trend)).isEqualTo(every(Duration.ofMinutes(1), "2026-11-20T09:16:00Z", 60));
        assertThat(countsOf(trend)).hasSize(60).startsWith(2L, 0L).endsWith(0L, 4L);
        assertThat(countsOf(trend).get(44)).isEqualTo(3);
        assertThat(countsOf(trend).stream().mapToLong(Long::longValue).sum()).isEqualTo(9);
    }

    @Test
    void shouldShowTheLast24Hours() throws Exception {
        counts.total(Metric.CALLS, window(HOUR, "2026-11-19T10:00Z"), 1)
                .total(Metric.CALLS, window(HOUR, "2026-11-19T11:00Z"), 2)
                .total(Metric.CALLS, THIS_HOUR, 3);

        JsonObject trend = api.json(TREND + "?range=hour");

        assertThat(trend.getString("range")).isEqualTo("hour");
        assertThat(trend.getString("granularity")).isEqualTo("hour");
        assertThat(trend.getString("from")).isEqualTo("2026-11-19T11:00:00Z");
        assertThat(trend.getString("to")).isEqualTo("2026-11-20T11:00:00Z");
        assertThat(timesOf(trend)).isEqualTo(every(Duration.ofHours(1), "2026-11-19T11:00:00Z", 24));
        assertThat(countsOf(trend)).startsWith(2L, 0L).endsWith(0L, 3L);
        assertThat(countsOf(trend).stream().mapToLong(Long::longValue).sum()).isEqualTo(5);
    }

    @ParameterizedTest
    @ValueSource(strings = {TREND, TREND + "?range=day", "/api/admin/stats/trend", "/api/admin/stats/trend?range=day"})
    void shouldShowTheLast30DaysUnlessAskedOtherwise(String path) throws Exception {
        counts.total(Metric.CALLS, window(DAY, "2026-10-21"), 1)
                .total(Metric.CALLS, window(DAY, "2026-10-22"), 2)
                .total(Metric.CALLS, TODAY, 3);

        JsonObject trend = api.json(path);

        assertThat(trend.getString("range")).isEqualTo("day");
        assertThat(trend.getString("from")).isEqualTo("2026-10-22T00:00:00Z");
        assertThat(trend.getString("to")).isEqualTo("2026-11-21T00:00:00Z");
        assertThat(timesOf(trend)).isEqualTo(every(Duration.ofDays(1), "2026-10-22T00:00:00Z", 30));
        assertThat(countsOf(trend)).startsWith(2L, 0L).endsWith(0L, 3L);
        assertThat(countsOf(trend).stream().mapToLong(Long::longValue).sum()).isEqualTo(5);
    }

    @ParameterizedTest
    @ValueSource(strings = {"clicks", "page_views"})
    void shouldShowOtherMetrics(String metric) throws Exception {
        counts.total(Metric.CALLS, TODAY, 1).total(Metric.ofWireName(metric), TODAY, 2);

        JsonObject trend = api.json(TREND + "?metric=" + metric);

        assertThat(trend.getString("metric")).isEqualTo(metric);
        assertThat(countsOf(trend)).endsWith(0L, 2L);
    }

    @ParameterizedTest
    @CsvSource({
        // An hour ends, and an hour later it is final: not before.
        "2026-11-20T10:00:00Z,     2026-11-20T08:00:00Z",
        "2026-11-20T09:59:59.999Z, 2026-11-20T07:00:00Z",
        "2026-11-20T10:59:59.999Z, 2026-11-20T08:00:00Z",
    })
    void shouldCallFinalWhatCanNoLongerChange(Instant now, String lastFinal) throws Exception {
        startAt(UTC, now);

        JsonArray data = api.json(TREND + "?range=hour").getJsonArray("data");

        List<String> finals = buckets(data)
                .filter(bucket -> bucket.getBoolean("final"))
                .map(bucket -> bucket.getString("time"))
                .toList();
        List<String> open = buckets(data)
                .filter(bucket -> !bucket.getBoolean("final"))
                .map(bucket -> bucket.getString("time"))
                .toList();
        assertThat(finals).endsWith(lastFinal);
        assertThat(open)
                .hasSize(24 - finals.size())
                .allSatisfy(time -> assertThat(time).isGreaterThan(lastFinal));
    }

    @Test
    void shouldCallNoMinuteFinalThatEventsMayStillReach() throws Exception {
        assertThat(buckets(api.json(TREND + "?range=minute").getJsonArray("data")))
                .hasSize(60)
                .noneMatch(bucket -> bucket.getBoolean("final"));
    }

    @ParameterizedTest
    @CsvSource({
        "calls,      endpoint,        minute",
        "calls,      status,          hour",
        "calls,      endpoint_status, minute",
        "calls,      user,            day",
        "clicks,     product,         hour",
        "clicks,     user,            day",
        "page_views, page,            day",
        "dwell_ms,   page,            hour",
        "events,     outcome,         minute",
    })
    void shouldFollowOneMemberOfADimension(String metric, String dimension, String range) throws Exception {
        Window now = switch (range) {
            case "minute" -> window(MINUTE, "2026-11-20T10:15Z");
            case "hour" -> THIS_HOUR;
            default -> TODAY;
        };
        counts.total(Metric.ofWireName(metric), now, 10)
                .put(Metric.ofWireName(metric), now, Dimension.ofWireName(dimension), "200 /a b", 4)
                .put(Metric.ofWireName(metric), now, Dimension.ofWireName(dimension), "other", 6);

        JsonObject trend = api.json(
                TREND + "?metric=%s&dimension=%s&member=200%%20/a+b&range=%s".formatted(metric, dimension, range));

        assertThat(trend.getString("dimension")).isEqualTo(dimension);
        assertThat(trend.getString("member")).isEqualTo("200 /a b");
        assertThat(countsOf(trend)).endsWith(0L, 4L);
    }

    @ParameterizedTest
    @ValueSource(strings = {"active_users", "active_users_7d", "active_users_30d", "new_users", "dwells", "events"})
    void shouldFollowEveryMetric(String metric) throws Exception {
        counts.total(Metric.ofWireName(metric), TODAY, 3);

        assertThat(countsOf(api.json(TREND + "?metric=" + metric))).endsWith(0L, 3L);
    }

    @Test
    void shouldShowTheWindowsThatAreAskedFor() throws Exception {
        counts.total(Metric.CALLS, window(HOUR, "2026-11-20T07:00Z"), 7)
                .total(Metric.CALLS, window(HOUR, "2026-11-20T08:00Z"), 8)
                .total(Metric.CALLS, window(HOUR, "2026-11-20T09:00Z"), 9);

        JsonObject trend =
                api.json(TREND + "?granularity=hour&from=2026-11-20T08:00:00Z&to=2026-11-20T12:00:00%2B01:00");

        assertThat(bare(trend))
                .isEqualTo(new JsonObject()
                        .put("granularity", "hour")
                        .put("metric", "calls")
                        .put("from", "2026-11-20T08:00:00Z")
                        .put("to", "2026-11-20T11:00:00Z")
                        .put(
                                "data",
                                new JsonArray()
                                        .add(bucket("2026-11-20T08:00:00Z", 8, true))
                                        .add(bucket("2026-11-20T09:00:00Z", 9, false))
                                        .add(bucket("2026-11-20T10:00:00Z", 0, false))));
    }

    private static JsonObject bucket(String time, long count, boolean isFinal) {
        return new JsonObject().put("time", time).put("count", count).put("final", isFinal);
    }

    @ParameterizedTest
    @CsvSource({
        "previous, 2026-11-18, 2026-11-19T00:00:00Z, 2026-11-18T00:00:00Z",
        "week,     2026-11-13, 2026-11-14T00:00:00Z, 2026-11-13T00:00:00Z",
    })
    void shouldCompare(String compare, String date, String to, String from) throws Exception {
        counts.total(Metric.CLICKS, YESTERDAY, 4)
                .total(Metric.CLICKS, window(DAY, "2026-11-18"), 3)
                .total(Metric.CLICKS, window(DAY, "2026-11-12"), 1)
                .total(Metric.CLICKS, window(DAY, "2026-11-13"), 2);
        String day = compare.equals("week") ? "2026-11-20" : "2026-11-19";

        JsonObject trend = api.json(TREND
                + "?metric=clicks&granularity=day&from=%s&to=%sT12:00:00Z&compare=%s".formatted(day, day, compare));

        long expected = date.equals("2026-11-18") ? 3 : 2;
        assertThat(trend.getJsonObject("compare"))
                .isEqualTo(new JsonObject()
                        .put("with", compare)
                        .put("from", from)
                        .put("to", to)
                        .put("data", new JsonArray().add(bucket(from, expected, true))));
    }

    @Test
    void shouldAnswerAWeekByTheMinute() throws Exception {
        counts.total(Metric.CALLS, window(MINUTE, "2026-11-13T10:15Z"), 1)
                .total(Metric.CALLS, window(MINUTE, "2026-11-20T10:15Z"), 2);

        JsonObject trend = api.json(TREND + "?granularity=minute&from=2026-11-13T10:15:00Z");

        assertThat(countsOf(trend)).hasSize(7 * 24 * 60 + 1).startsWith(1L, 0L).endsWith(0L, 2L);
        assertThat(timesOf(trend)).isSorted().doesNotHaveDuplicates();
    }
}
