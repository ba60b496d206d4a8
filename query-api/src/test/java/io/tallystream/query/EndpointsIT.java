package io.tallystream.query;

import static io.tallystream.query.Counts.window;
import static io.tallystream.query.Problems.assertProblem;
import static io.tallystream.schema.count.Granularity.DAY;
import static io.tallystream.schema.count.Granularity.HOUR;
import static org.assertj.core.api.Assertions.assertThat;

import io.tallystream.embedded.EmbeddedRedis;
import io.tallystream.schema.count.Dimension;
import io.tallystream.schema.count.LatencyBuckets;
import io.tallystream.schema.count.Metric;
import io.tallystream.schema.count.Window;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The table of endpoints, their latencies and how their calls ended. */
class EndpointsIT extends WithApi {
    private static final String ENDPOINTS = "/api/v1/stats/endpoints";
    private static final String LATENCY = "/api/v1/stats/latency";
    private static final String STATUSES = "/api/v1/stats/statuses";

    EndpointsIT(EmbeddedRedis redis) {
        super(redis);
    }

    private void latency(Window window, String endpoint, long millis, long calls) {
        counts.put(
                Metric.LATENCY,
                window,
                Dimension.ENDPOINT_LATENCY,
                Dimension.endpointLatencyMember(endpoint, LatencyBuckets.indexOf(millis)),
                calls);
    }

    private void calls(Window window, String endpoint, String status, long calls) {
        counts.put(Metric.CALLS, window, Dimension.ENDPOINT_STATUS, status + " " + endpoint, calls);
        counts.redis()
                .zincrby(counts.keys().members(window, Metric.CALLS, Dimension.ENDPOINT), (double) calls, endpoint);
        counts.redis().zincrby(counts.keys().members(window, Metric.CALLS, Dimension.STATUS), (double) calls, status);
    }

    private static JsonObject line(String endpoint, long calls, Double rate, long timed, Double... percentiles) {
        return new JsonObject()
                .put("endpoint", endpoint)
                .put("calls", calls)
                .put("success_rate", rate)
                .put("timed_calls", timed)
                .put("p50", percentiles[0])
                .put("p90", percentiles[1])
                .put("p95", percentiles[2])
                .put("p99", percentiles[3]);
    }

    @Test
    void shouldTellCallsSuccessRateAndPercentilesOfEachEndpoint() throws Exception {
        calls(TODAY, "/a", "200", 90);
        calls(TODAY, "/a", "500", 10);
        calls(TODAY, "/b c", "success", 4);
        calls(TODAY, "/untimed", "error", 1);
        latency(TODAY, "/a", 5, 90);
        latency(TODAY, "/a", 20, 9);
        latency(TODAY, "/a", 0, 1);
        latency(TODAY, "/b c", 7, 4);
        calls(YESTERDAY, "/old", "200", 7);

        JsonObject table = api.json(ENDPOINTS);

        assertThat(table.getLong("members")).isEqualTo(3);
        assertThat(table.getJsonArray("data"))
                .isEqualTo(new JsonArray()
                        .add(line("/a", 100, 0.9, 100, 5.0, 5.0, 20.0, 20.0))
                        .add(line("/b c", 4, 1.0, 4, 7.0, 7.0, 7.0, 7.0))
                        .add(line("/untimed", 1, 0.0, 0, null, null, null, null)));
        assertThat(api.json(ENDPOINTS + "?limit=1&offset=1").getJsonArray("data"))
                .isEqualTo(new JsonArray().add(table.getJsonArray("data").getJsonObject(1)));
        assertThat(api.json(ENDPOINTS + "?order=asc&limit=1").getJsonArray("data"))
                .isEqualTo(new JsonArray().add(table.getJsonArray("data").getJsonObject(2)));
    }

    @Test
    void shouldAddUpWhatIsNotCountedByName() throws Exception {
        calls(THIS_HOUR, "/a", "200", 3);
        calls(THIS_HOUR, "__other__/0", "200", 2);
        calls(THIS_HOUR, "__other__/3", "500", 6);
        latency(THIS_HOUR, "__other__/0", 3, 1);
        latency(THIS_HOUR, "__other__/3", 9, 1);

        assertThat(api.json(ENDPOINTS + "?granularity=hour").getJsonArray("data"))
                .isEqualTo(new JsonArray()
                        .add(line("__other__", 8, 0.25, 2, 3.0, 9.0, 9.0, 9.0))
                        .add(line("/a", 3, 1.0, 0, null, null, null, null)));
        assertThat(api.json(LATENCY + "?endpoint=__other__&range=hour").getDouble("p99"))
                .isEqualTo(9.0);
        assertThat(api.json(STATUSES + "?endpoint=__other__&granularity=hour").getDouble("success_rate"))
                .isEqualTo(0.25);
        assertThat(countsOf(api.json(TREND + "?range=hour&dimension=endpoint&member=__other__")))
                .endsWith(0L, 8L);
        assertThat(countsOf(api.json(TREND + "?range=hour&dimension=endpoint_status&member=500%20__other__")))
                .endsWith(0L, 6L);
    }

    @Test
    void shouldTellLatenciesByWindowAndInAll() throws Exception {
        latency(window(HOUR, "2026-11-20T08:00Z"), "/a", 4, 50);
        latency(window(HOUR, "2026-11-20T09:00Z"), "/a", 16, 50);
        latency(window(HOUR, "2026-11-20T09:00Z"), "/b", 1, 1_000);

        JsonObject latency =
                api.json(LATENCY + "?endpoint=/a&granularity=hour&from=2026-11-20T07:00:00Z&to=2026-11-20T10:00:00Z");

        assertThat(bare(latency))
                .isEqualTo(new JsonObject()
                        .put("endpoint", "/a")
                        .put("granularity", "hour")
                        .put("from", "2026-11-20T07:00:00Z")
                        .put("to", "2026-11-20T10:00:00Z")
                        .mergeIn(percentiles(100, 4.0, 16.0, 16.0, 16.0))
                        .put(
                                "data",
                                new JsonArray()
                                        .add(at("07", true, percentiles(0, null, null, null, null)))
                                        .add(at("08", true, percentiles(50, 4.0, 4.0, 4.0, 4.0)))
                                        .add(at("09", false, percentiles(50, 16.0, 16.0, 16.0, 16.0)))));
    }

    private static JsonObject at(String hour, boolean isFinal, JsonObject percentiles) {
        return new JsonObject()
                .put("time", "2026-11-20T%s:00:00Z".formatted(hour))
                .mergeIn(percentiles)
                .put("final", isFinal);
    }

    private static JsonObject percentiles(long timed, Double p50, Double p90, Double p95, Double p99) {
        return new JsonObject()
                .put("timed_calls", timed)
                .put("p50", p50)
                .put("p90", p90)
                .put("p95", p95)
                .put("p99", p99);
    }

    @Test
    void shouldTellHowCallsEnded() throws Exception {
        calls(TODAY, "/a", "200", 60);
        calls(TODAY, "/a", "404", 10);
        calls(TODAY, "/b", "success", 20);
        calls(TODAY, "/b", "503", 10);

        JsonObject all = api.json(STATUSES);

        assertThat(all.getLong("calls")).isEqualTo(100);
        assertThat(all.getDouble("success_rate")).isEqualTo(0.8);
        assertThat(buckets(all.getJsonArray("data"))
                        .map(status -> status.getString("status") + "=" + status.getLong("calls")))
                .containsExactly("200=60", "success=20", "503=10", "404=10");
        JsonObject one = api.json(STATUSES + "?endpoint=/a");
        assertThat(one.getLong("calls")).isEqualTo(70);
        assertThat(one.getJsonArray("data"))
                .isEqualTo(new JsonArray()
                        .add(new JsonObject()
                                .put("status", "200")
                                .put("success", true)
                                .put("calls", 60L)
                                .put("share", 60.0 / 70))
                        .add(new JsonObject()
                                .put("status", "404")
                                .put("success", false)
                                .put("calls", 10L)
                                .put("share", 10.0 / 70)));
        assertThat(api.json(STATUSES + "?endpoint=/nothing").getValue("success_rate"))
                .isNull();
    }

    @ParameterizedTest
    @CsvSource({
        "/api/v1/stats/latency, 400, bad-parameter, endpoint",
        "/api/v1/stats/latency?endpoint=, 400, bad-parameter, endpoint",
        "/api/v1/stats/latency?endpoint=/a&range=minute, 400, bad-parameter, range",
        "/api/v1/stats/latency?endpoint=/a&granularity=hour&from=2026-11-01&to=2026-11-19, 422, too-many-windows, from",
        "/api/v1/stats/latency?endpoint=/a&granularity=hour&from=2026-10-01, 422, expired, from",
        "/api/v1/stats/endpoints?granularity=minute, 400, bad-parameter, granularity",
        "/api/v1/stats/endpoints?limit=201, 400, bad-parameter, limit",
        "/api/v1/stats/endpoints?granularity=hour&window=2026-10-01, 422, expired, window",
        "/api/v1/stats/statuses?granularity=minute&window=2026-11-01, 422, expired, window",
    })
    void shouldSayWhyThereIsNoAnswer(String path, int status, String code, String parameter) throws Exception {
        JsonObject problem = assertProblem(api.get(path), status, code);

        assertThat(problem.getString("parameter")).isEqualTo(parameter);
    }

    @Test
    void shouldAnswerForAsManyWindowsAsItSays() throws Exception {
        latency(window(DAY, "2025-11-20"), "/a", 5, 1);

        JsonObject year = api.json(LATENCY + "?endpoint=/a&granularity=day&from=2025-11-20");

        assertThat(year.getJsonArray("data")).hasSize(366);
        assertThat(year.getLong("timed_calls")).isEqualTo(1);
    }
}
