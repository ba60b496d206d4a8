package io.tallystream.query;

import static io.tallystream.query.Counts.window;
import static io.tallystream.schema.count.Granularity.DAY;
import static io.tallystream.schema.count.Granularity.HOUR;
import static org.assertj.core.api.Assertions.assertThat;

import io.tallystream.embedded.EmbeddedRedis;
import io.tallystream.schema.count.Dimension;
import io.tallystream.schema.count.Metric;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import org.junit.jupiter.api.Test;

class OverviewIT extends WithApi {
    OverviewIT(EmbeddedRedis redis) {
        super(redis);
    }

    @Test
    void shouldGiveTheOverviewInExactNumbers() throws Exception {
        counts.total(Metric.CALLS, TODAY, 1_000)
                .total(Metric.CLICKS, TODAY, 77)
                .total(Metric.PAGE_VIEWS, TODAY, 9_007_199_254_740_993L - 2)
                .total(Metric.DWELLS, TODAY, 5)
                .total(Metric.ACTIVE_USERS, TODAY, 40)
                .total(Metric.NEW_USERS, TODAY, 5)
                .put(Metric.CALLS, TODAY, Dimension.STATUS, "success", 600)
                .put(Metric.CALLS, TODAY, Dimension.STATUS, "302", 150)
                .put(Metric.CALLS, TODAY, Dimension.STATUS, "399", 150)
                .put(Metric.CALLS, TODAY, Dimension.STATUS, "400", 60)
                .put(Metric.CALLS, TODAY, Dimension.STATUS, "503", 30)
                .put(Metric.CALLS, TODAY, Dimension.STATUS, "error", 10)
                .total(Metric.CALLS, THIS_HOUR, 99);
        for (int i = 1; i <= 7; i++) {
            counts.put(Metric.CALLS, TODAY, Dimension.ENDPOINT, "/api/" + i, i * 10L);
        }
        // Not today, not this hour.
        counts.total(Metric.CALLS, window(DAY, "2026-11-19"), 5_555)
                .total(Metric.CALLS, window(HOUR, "2026-11-20T09:00Z"), 6_666)
                .put(Metric.CALLS, window(DAY, "2026-11-19"), Dimension.ENDPOINT, "/old", 7_777);

        JsonObject expected = new JsonObject()
                .put("as_of", "2026-11-20T10:15:31Z")
                .put("time_zone", "UTC")
                .put("stale", false)
                .putNull("freshness")
                .put(
                        "today",
                        new JsonObject()
                                .put("date", "2026-11-20")
                                .put("calls", 1_000)
                                .put("success_rate", 0.9)
                                .put("clicks", 77)
                                .put("page_views", 9_007_199_254_740_991L)
                                .put("active_users", 40)
                                .put("new_users", 5))
                .put(
                        "current_hour",
                        new JsonObject()
                                .put("hour", 10)
                                .put("start", "2026-11-20T10:00:00Z")
                                .put("calls", 99))
                .put(
                        "hot_apis",
                        new JsonArray()
                                .add(hot("/api/7", 70))
                                .add(hot("/api/6", 60))
                                .add(hot("/api/5", 50))
                                .add(hot("/api/4", 40))
                                .add(hot("/api/3", 30)));
        assertThat(api.json(OVERVIEW)).isEqualTo(expected);
        assertThat(api.json("/api/admin/stats/overview")).isEqualTo(expected);
    }

    @Test
    void shouldGiveNoSuccessRateWithoutCalls() throws Exception {
        counts.total(Metric.CLICKS, TODAY, 3);

        JsonObject overview = api.json(OVERVIEW);

        JsonObject today = overview.getJsonObject("today");
        assertThat(today.containsKey("success_rate")).isTrue();
        assertThat(today.getValue("success_rate")).isNull();
        assertThat(today.getInteger("calls")).isZero();
        assertThat(today.getInteger("clicks")).isEqualTo(3);
        assertThat(overview.getJsonObject("current_hour").getInteger("calls")).isZero();
        assertThat(overview.getJsonArray("hot_apis")).isEmpty();
    }

    @Test
    void shouldNotStumbleOverWhatANewerVersionCounts() throws Exception {
        counts.total(Metric.CALLS, TODAY, 4)
                .put(Metric.CALLS, TODAY, Dimension.STATUS, "success", 3)
                .put(Metric.CALLS, TODAY, Dimension.STATUS, "__other__", 1);
        counts.redis().zadd(counts.keys().totals(TODAY), 12, "not_yet_known");

        JsonObject today = api.json(OVERVIEW).getJsonObject("today");

        assertThat(today.getInteger("calls")).isEqualTo(4);
        assertThat(today.getDouble("success_rate")).isEqualTo(0.75);
        assertThat(countsOf(api.json(TREND))).endsWith(4L);
    }

    private static JsonObject hot(String endpoint, int calls) {
        return new JsonObject().put("api", endpoint).put("calls", calls);
    }
}
