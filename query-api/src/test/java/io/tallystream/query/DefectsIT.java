package io.tallystream.query;

import static io.tallystream.query.Counts.window;
import static io.tallystream.schema.count.Granularity.DAY;
import static io.tallystream.schema.count.Granularity.MINUTE;
import static org.assertj.core.api.Assertions.assertThat;

import io.tallystream.embedded.EmbeddedRedis;
import io.tallystream.schema.count.Dimension;
import io.tallystream.schema.count.Metric;
import io.tallystream.schema.count.Window;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;

/**
 * What is wrong in the design that Tallystream replaces, as far as it shows in answers. That keys expire is shown where they are
 * written, and that a report adds up where reports are made.
 */
class DefectsIT extends WithApi {
    DefectsIT(EmbeddedRedis redis) {
        super(redis);
    }

    @Test
    void shouldNotCountADayByUtcAndNameItByTheClock() throws Exception {
        // 20 November in Shanghai, still the 19th in UTC.
        startAt(ZoneId.of("Asia/Shanghai"), Instant.parse("2026-11-19T18:00:00Z"));
        counts.total(Metric.CALLS, TODAY, 5).total(Metric.CALLS, YESTERDAY, 1_000);

        JsonObject today = api.json(OVERVIEW).getJsonObject("today");

        assertThat(today.getString("date")).isEqualTo("2026-11-20");
        assertThat(today.getLong("calls")).isEqualTo(5);
        assertThat(countsOf(api.json(TREND))).endsWith(1_000L, 5L);
    }

    @Test
    void shouldNotKnowEndpointsByAListInTheCode() throws Exception {
        counts.put(Metric.CALLS, TODAY, Dimension.ENDPOINT, "/api/never-heard-of", 3)
                .put(Metric.CALLS, TODAY, Dimension.ENDPOINT, "weather", 2)
                .put(Metric.CALLS, TODAY, Dimension.ENDPOINT, "/api/weather", 1);

        assertThat(buckets(api.json(OVERVIEW).getJsonArray("hot_apis")).map(api -> api.getString("api")))
                .containsExactly("/api/never-heard-of", "weather", "/api/weather");
        assertThat(api.json("/api/v1/dimensions/endpoint").getJsonArray("data"))
                .containsExactly("/api/never-heard-of", "/api/weather", "weather");
    }

    @Test
    void shouldNotTellTotalsThatDifferFromTheirParts() throws Exception {
        ExampleCounts.write(counts);

        long calls = api.json(OVERVIEW).getJsonObject("today").getLong("calls");

        assertThat(sum(countsOf(api.json(TOP)))).isEqualTo(calls).isEqualTo(40);
        assertThat(api.json("/api/v1/stats/statuses").getLong("calls")).isEqualTo(calls);
        assertThat(buckets(api.json("/api/v1/stats/endpoints").getJsonArray("data"))
                        .mapToLong(line -> line.getLong("calls"))
                        .sum())
                .isEqualTo(calls);
    }

    @Test
    void shouldNotTellASuccessRateOfOneOrNoneWhateverHappens() throws Exception {
        assertThat(api.json(OVERVIEW).getJsonObject("today").getValue("success_rate"))
                .isNull();

        counts.put(Metric.CALLS, TODAY, Dimension.STATUS, "200", 3)
                .put(Metric.CALLS, TODAY, Dimension.STATUS, "500", 1);
        assertThat(api.json(OVERVIEW).getJsonObject("today").getDouble("success_rate"))
                .isEqualTo(0.75);
    }

    @Test
    void shouldNotLeaveOutEmptyWindowsNorCountTimeBackwardsNorNumberIt() throws Exception {
        counts.total(Metric.CALLS, window(MINUTE, "2026-11-20T09:30Z"), 1)
                .total(Metric.CALLS, window(MINUTE, "2026-11-20T10:10Z"), 2);

        JsonObject trend = api.json(TREND + "?range=minute");

        assertThat(timesOf(trend))
                .hasSize(60)
                .isSorted()
                .allSatisfy(time -> assertThat(Instant.parse(time).toString()).isEqualTo(time));
        assertThat(countsOf(trend)).filteredOn(count -> count == 0).hasSize(58);
    }

    @Test
    void shouldNotSearchAllKeys() throws Exception {
        ExampleCounts.write(counts);
        counts.redis().configResetstat();

        for (String path : List.of(
                OVERVIEW,
                TREND + "?compare=week",
                TOP + "?format=csv",
                "/api/v1/stats/endpoints",
                "/api/v1/stats/latency?endpoint=/api/weather",
                "/api/v1/stats/statuses",
                "/api/v1/stats/day",
                "/api/v1/users/growth",
                "/api/v1/users",
                "/api/v1/users?format=csv",
                "/api/v1/users/u1",
                "/api/v1/products/p1",
                "/api/v1/dimensions/product",
                "/user/u1/clicks")) {
            assertThat(api.get(path).statusCode()).as(path).isEqualTo(200);
        }

        assertThat(counts.redis().info("commandstats").toLowerCase(Locale.ROOT))
                .contains("cmdstat_zrevrange")
                .doesNotContain("cmdstat_keys", "cmdstat_scan", "cmdstat_zscan", "cmdstat_sort", "cmdstat_eval");
    }

    @Test
    void shouldTellClicksByDayToo() throws Exception {
        counts.put(Metric.CLICKS, Window.LIFETIME, Dimension.USER, "u1", 9)
                .put(Metric.CLICKS, YESTERDAY, Dimension.USER, "u1", 4)
                .put(Metric.CLICKS, TODAY, Dimension.USER, "u1", 2);

        JsonObject user = api.json("/api/v1/users/u1?from=2026-11-19");

        assertThat(user.getLong("clicks")).isEqualTo(9);
        assertThat(buckets(user.getJsonArray("days")).map(day -> day.getLong("clicks")))
                .containsExactly(4L, 2L);
    }

    @Test
    void shouldTellGrowthPageViewsAndDwellTimes() throws Exception {
        counts.total(Metric.NEW_USERS, TODAY, 5)
                .total(Metric.NEW_USERS, Window.LIFETIME, 5)
                .total(Metric.PAGE_VIEWS, TODAY, 6)
                .total(Metric.DWELL_MS, TODAY, 90_000)
                .total(Metric.DWELLS, TODAY, 3)
                .put(Metric.PAGE_VIEWS, TODAY, Dimension.PAGE, "/home", 6)
                .put(Metric.DWELL_MS, window(DAY, "2026-11-20"), Dimension.PAGE, "/home", 90_000);

        assertThat(buckets(api.json("/api/v1/users/growth").getJsonArray("data"))
                        .reduce((first, second) -> second)
                        .orElseThrow()
                        .getLong("total_users"))
                .isEqualTo(5);
        assertThat(countsOf(api.json(TREND + "?metric=page_views"))).endsWith(0L, 6L);
        assertThat(countsOf(api.json(TREND + "?metric=dwell_ms&dimension=page&member=/home")))
                .endsWith(0L, 90_000L);
        assertThat(countsOf(api.json(TREND + "?metric=dwells"))).endsWith(0L, 3L);
    }

    private static long sum(List<Long> counts) {
        return counts.stream().mapToLong(Long::longValue).sum();
    }
}
