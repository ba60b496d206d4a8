package io.tallystream.query;

import static io.tallystream.query.Counts.window;
import static io.tallystream.query.Problems.assertProblem;
import static io.tallystream.schema.count.Granularity.MINUTE;
import static org.assertj.core.api.Assertions.assertThat;

import io.tallystream.embedded.EmbeddedRedis;
import io.tallystream.schema.count.Dimension;
import io.tallystream.schema.count.Metric;
import io.tallystream.schema.count.Window;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TopIT extends WithApi {
    TopIT(EmbeddedRedis redis) {
        super(redis);
    }

    private void writeEndpoints(Window window, int number) {
        long total = 0;
        for (int i = 1; i <= number; i++) {
            counts.put(Metric.CALLS, window, Dimension.ENDPOINT, "/e%02d".formatted(i), i);
            total += i;
        }
        counts.total(Metric.CALLS, window, total);
    }

    @Test
    void shouldTellTheMostCalledEndpointsOfTodayAndTheirShares() throws Exception {
        writeEndpoints(TODAY, 12);
        writeEndpoints(YESTERDAY, 3);

        JsonObject top = api.json(TOP);

        assertThat(membersOf(top))
                .containsExactly("/e12", "/e11", "/e10", "/e09", "/e08", "/e07", "/e06", "/e05", "/e04", "/e03");
        assertThat(bare(top)
                        .put(
                                "data",
                                new JsonArray().add(top.getJsonArray("data").getJsonObject(0))))
                .isEqualTo(new JsonObject()
                        .put("metric", "calls")
                        .put("dimension", "endpoint")
                        .put("granularity", "day")
                        .put("window", "2026-11-20")
                        .put("from", "2026-11-20T00:00:00Z")
                        .put("to", "2026-11-21T00:00:00Z")
                        .put("final", false)
                        .put("total", 78L)
                        .put("members", 12L)
                        .put("offset", 0)
                        .put("limit", 10)
                        .put(
                                "data",
                                new JsonArray()
                                        .add(new JsonObject()
                                                .put("rank", 1)
                                                .put("member", "/e12")
                                                .put("count", 12L)
                                                .put("share", 12.0 / 78))));
    }

    @ParameterizedTest
    @CsvSource({
        "order=asc&limit=3, /e01 /e02 /e03",
        "order=asc&limit=3&offset=10, /e11 /e12",
        "limit=2&offset=4, /e08 /e07",
        "limit=5&offset=12, ''",
        "limit=1&window=2026-11-19, /e03",
        "limit=1&window=2026-11-19T23:59:59Z, /e03",
    })
    void shouldGivePages(String query, String members) throws Exception {
        writeEndpoints(TODAY, 12);
        writeEndpoints(YESTERDAY, 3);

        assertThat(String.join(" ", membersOf(api.json(TOP + "?" + query)))).isEqualTo(members);
    }

    @ParameterizedTest
    @CsvSource({
        "calls,      status,          minute",
        "calls,      endpoint_status, hour",
        "calls,      user,            day",
        "clicks,     product,         hour",
        "clicks,     product,         lifetime",
        "clicks,     user,            day",
        "clicks,     user,            lifetime",
        "page_views, page,            hour",
        "dwell_ms,   page,            day",
        "dwells,     page,            hour",
        "events,     outcome,         minute",
    })
    void shouldKnowEveryDimension(String metric, String dimension, String granularity) throws Exception {
        Window window = switch (granularity) {
            case "minute" -> window(MINUTE, "2026-11-20T10:15Z");
            case "hour" -> THIS_HOUR;
            case "day" -> TODAY;
            default -> Window.LIFETIME;
        };
        counts.total(Metric.ofWireName(metric), window, 10)
                .put(Metric.ofWireName(metric), window, Dimension.ofWireName(dimension), "one", 4)
                .put(Metric.ofWireName(metric), window, Dimension.ofWireName(dimension), "two", 6);

        JsonObject top =
                api.json(TOP + "?metric=%s&dimension=%s&granularity=%s".formatted(metric, dimension, granularity));

        assertThat(membersOf(top)).containsExactly("two", "one");
        assertThat(top.getString("window")).isEqualTo(window.label());
        assertThat(top.getLong("total")).isEqualTo(10);
        assertThat(top.getJsonArray("data").getJsonObject(0).getDouble("share")).isEqualTo(0.6);
    }

    @ParameterizedTest
    @CsvSource({
        "desc, 0, 10, /a __other__ /b /c",
        "asc,  0, 10, /c /b __other__ /a",
        "desc, 0, 1,  /a",
        "desc, 1, 1,  __other__",
        "desc, 2, 2,  /b /c",
        "desc, 1, 2,  __other__ /b",
        "asc,  1, 2,  /b __other__",
        "asc,  3, 5,  /a",
    })
    void shouldAddUpWhatIsNotCountedByName(String order, int offset, int limit, String members) throws Exception {
        counts.total(Metric.CALLS, TODAY, 100)
                .put(Metric.CALLS, TODAY, Dimension.ENDPOINT, "/a", 60)
                .put(Metric.CALLS, TODAY, Dimension.ENDPOINT, "/b", 12)
                .put(Metric.CALLS, TODAY, Dimension.ENDPOINT, "/c", 3)
                .put(Metric.CALLS, TODAY, Dimension.ENDPOINT, "__other__/0", 10)
                .put(Metric.CALLS, TODAY, Dimension.ENDPOINT, "__other__/2", 11)
                .put(Metric.CALLS, TODAY, Dimension.ENDPOINT, "__other__/11", 4);

        JsonObject top = api.json(TOP + "?order=%s&offset=%d&limit=%d".formatted(order, offset, limit));

        assertThat(String.join(" ", membersOf(top))).isEqualTo(members);
        assertThat(top.getLong("members")).isEqualTo(4);
        buckets(top.getJsonArray("data"))
                .filter(entry -> entry.getString("member").equals("__other__"))
                .forEach(other -> assertThat(other.getLong("count")).isEqualTo(25));
    }

    @Test
    void shouldAddUpWhatIsNotCountedByNameForEachStatus() throws Exception {
        counts.total(Metric.CALLS, TODAY, 20)
                .put(Metric.CALLS, TODAY, Dimension.STATUS, "200", 16)
                .put(Metric.CALLS, TODAY, Dimension.STATUS, "503", 4)
                .put(Metric.CALLS, TODAY, Dimension.ENDPOINT_STATUS, "200 /a", 9)
                .put(Metric.CALLS, TODAY, Dimension.ENDPOINT_STATUS, "200 __other__/1", 4)
                .put(Metric.CALLS, TODAY, Dimension.ENDPOINT_STATUS, "200 __other__/3", 3)
                .put(Metric.CALLS, TODAY, Dimension.ENDPOINT_STATUS, "503 __other__/1", 4);

        JsonObject top = api.json(TOP + "?dimension=endpoint_status");

        assertThat(membersOf(top)).containsExactly("200 /a", "200 __other__", "503 __other__");
        assertThat(countsOf(top)).containsExactly(9L, 7L, 4L);
    }

    @Test
    void shouldBeEmptyOfAWindowInWhichNothingHappened() throws Exception {
        JsonObject top = api.json(TOP + "?granularity=hour&window=2026-11-20T03:00:00Z");

        assertThat(top.getJsonArray("data")).isEmpty();
        assertThat(top.getLong("members")).isZero();
        assertThat(top.getLong("total")).isZero();
        assertThat(top.getBoolean("final")).isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "metric=clicks&dimension=endpoint, 422, not-counted, dimension",
        "dimension=user&granularity=minute, 422, not-counted, granularity",
        "granularity=lifetime, 422, not-counted, granularity",
        "metric=clicks&dimension=product&granularity=lifetime&window=2026-11-20, 400, bad-parameter, window",
        "granularity=minute&window=2026-11-01, 422, expired, window",
        "window=tomorrow, 400, bad-parameter, window",
        "metric=active_users, 400, bad-parameter, metric",
        "dimension=total, 400, bad-parameter, dimension",
        "limit=1000000000, 400, bad-parameter, limit",
        "limit=0, 400, bad-parameter, limit",
        "offset=10001, 400, bad-parameter, offset",
        "offset=-1, 400, bad-parameter, offset",
        "order=up, 400, bad-parameter, order",
    })
    void shouldSayWhyThereIsNoAnswer(String query, int status, String code, String parameter) throws Exception {
        JsonObject problem = assertProblem(api.get(TOP + "?" + query), status, code);

        assertThat(problem.getString("parameter")).isEqualTo(parameter);
        assertThat(problem.getString("detail")).contains(parameter);
    }

    private static List<String> membersOf(JsonObject top) {
        return new ArrayList<>(buckets(top.getJsonArray("data"))
                .map(entry -> entry.getString("member"))
                .toList());
    }
}
