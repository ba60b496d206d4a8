package io.tallystream.query;

import static io.tallystream.query.Counts.window;
import static io.tallystream.query.Problems.assertProblem;
import static io.tallystream.schema.count.Granularity.DAY;
import static org.assertj.core.api.Assertions.assertThat;

import io.tallystream.embedded.EmbeddedRedis;
import io.tallystream.schema.count.Metric;
import io.tallystream.schema.count.Window;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GrowthIT extends WithApi {
    private static final String GROWTH = "/api/v1/users/growth";

    GrowthIT(EmbeddedRedis redis) {
        super(redis);
    }

    @BeforeEach
    void write() {
        // 100 of long ago, which is known by nothing but the lifetime.
        counts.total(Metric.NEW_USERS, Window.LIFETIME, 100 + 1 + 4 + 2)
                .total(Metric.NEW_USERS, window(DAY, "2026-10-22"), 1)
                .total(Metric.NEW_USERS, YESTERDAY, 4)
                .total(Metric.NEW_USERS, TODAY, 2)
                .total(Metric.ACTIVE_USERS, YESTERDAY, 30)
                .total(Metric.ACTIVE_USERS_7D, YESTERDAY, 50)
                .total(Metric.ACTIVE_USERS_30D, YESTERDAY, 70)
                .total(Metric.ACTIVE_USERS, TODAY, 20)
                .total(Metric.ACTIVE_USERS_7D, TODAY, 52)
                .total(Metric.ACTIVE_USERS_30D, TODAY, 72);
    }

    private static JsonObject day(
            String date, long fresh, long active, long week, long month, long total, boolean isFinal) {
        return new JsonObject()
                .put("date", date)
                .put("new_users", fresh)
                .put("active_users", active)
                .put("active_users_7d", week)
                .put("active_users_30d", month)
                .put("total_users", total)
                .put("final", isFinal);
    }

    @Test
    void shouldTellNewActiveAndAllUsersOfEachDay() throws Exception {
        assertThat(bare(api.json(GROWTH + "?from=2026-11-18&to=2026-11-21")))
                .isEqualTo(new JsonObject()
                        .put("from", "2026-11-18T00:00:00Z")
                        .put("to", "2026-11-21T00:00:00Z")
                        .put(
                                "data",
                                new JsonArray()
                                        .add(day("2026-11-18", 0, 0, 0, 0, 101, true))
                                        .add(day("2026-11-19", 4, 30, 50, 70, 105, true))
                                        .add(day("2026-11-20", 2, 20, 52, 72, 107, false))));
    }

    @Test
    void shouldReckonAllUsersBackFromToday() throws Exception {
        List<JsonObject> days = buckets(
                        api.json(GROWTH + "?from=2026-10-21&to=2026-10-23").getJsonArray("data"))
                .toList();

        assertThat(days)
                .containsExactly(day("2026-10-21", 0, 0, 0, 0, 100, true), day("2026-10-22", 1, 0, 0, 0, 101, true));
    }

    @Test
    void shouldShow30DaysUnlessAskedOtherwise() throws Exception {
        JsonObject growth = api.json(GROWTH);

        assertThat(growth.getJsonArray("data")).hasSize(30);
        assertThat(growth.getString("from")).isEqualTo("2026-10-22T00:00:00Z");
        assertThat(growth.getJsonArray("data").getJsonObject(29).getLong("total_users"))
                .isEqualTo(107);
    }

    @ParameterizedTest
    @CsvSource({
        "from=2026-11-20&to=2026-11-19, 400, bad-parameter, from",
        "from=2026-11-21, 400, bad-parameter, from",
        "to=2026-11-19, 400, bad-parameter, to",
        "from=2024-01-01, 422, expired, from",
        "days=7, 400, bad-parameter, days",
    })
    void shouldSayWhyThereIsNoAnswer(String query, int status, String code, String parameter) throws Exception {
        JsonObject problem = assertProblem(api.get(GROWTH + "?" + query), status, code);

        assertThat(problem.getString("parameter")).isEqualTo(parameter);
    }
}
