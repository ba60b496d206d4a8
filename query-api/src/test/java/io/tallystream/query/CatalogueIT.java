package io.tallystream.query;

import static io.tallystream.query.Counts.window;
import static io.tallystream.query.Problems.assertProblem;
import static io.tallystream.schema.count.Granularity.DAY;
import static org.assertj.core.api.Assertions.assertThat;

import io.tallystream.embedded.EmbeddedRedis;
import io.tallystream.schema.count.CountTable;
import io.tallystream.schema.count.Dimension;
import io.tallystream.schema.count.Metric;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CatalogueIT extends WithApi {
    private static final String DIMENSIONS = "/api/v1/dimensions";

    CatalogueIT(EmbeddedRedis redis) {
        super(redis);
    }

    @Test
    void shouldTellWhatIsCounted() throws Exception {
        JsonArray rows = api.json(DIMENSIONS).getJsonArray("data");

        assertThat(rows).hasSize(CountTable.rows().size());
        assertThat(buckets(rows))
                .contains(new JsonObject()
                        .put("metric", "clicks")
                        .put("dimension", "product")
                        .put("granularities", new JsonArray(List.of("hour", "day", "lifetime"))));
    }

    @Test
    void shouldTellWhichEndpointsThereWere() throws Exception {
        counts.put(Metric.CALLS, TODAY, Dimension.ENDPOINT, "/b", 1)
                .put(Metric.CALLS, YESTERDAY, Dimension.ENDPOINT, "/a", 9)
                .put(Metric.CALLS, YESTERDAY, Dimension.ENDPOINT, "/b", 9)
                .put(Metric.CALLS, YESTERDAY, Dimension.ENDPOINT, "__other__/1", 9)
                .put(Metric.CALLS, TODAY, Dimension.ENDPOINT, "__other__/2", 9)
                .put(Metric.CALLS, window(DAY, "2026-11-14"), Dimension.ENDPOINT, "/c", 1)
                .put(Metric.CALLS, window(DAY, "2026-11-13"), Dimension.ENDPOINT, "/too-old", 1);

        assertThat(bare(api.json(DIMENSIONS + "/endpoint")))
                .isEqualTo(new JsonObject()
                        .put("dimension", "endpoint")
                        .put("from", "2026-11-14T00:00:00Z")
                        .put("to", "2026-11-21T00:00:00Z")
                        .put("complete", true)
                        .put("data", new JsonArray(List.of("/a", "/b", "/c", "__other__"))));
        assertThat(api.json(DIMENSIONS + "/endpoint?from=2026-11-13&to=2026-11-14")
                        .getJsonArray("data"))
                .containsExactly("/too-old");
    }

    @Test
    void shouldSayWhenThereAreMore() throws Exception {
        for (int i = 1; i <= 4; i++) {
            counts.put(Metric.CALLS, TODAY, Dimension.ENDPOINT, "/" + i, i);
        }

        JsonObject some = api.json(DIMENSIONS + "/endpoint?limit=3");

        assertThat(some.getBoolean("complete")).isFalse();
        assertThat(some.getJsonArray("data")).containsExactly("/2", "/3", "/4");
        assertThat(api.json(DIMENSIONS + "/endpoint?limit=4").getBoolean("complete"))
                .isTrue();
    }

    @ParameterizedTest
    @CsvSource({"product, CLICKS", "page, PAGE_VIEWS", "status, CALLS", "outcome, EVENTS"})
    void shouldTellTheMembersOfOtherDimensions(String dimension, Metric metric) throws Exception {
        counts.put(metric, TODAY, Dimension.ofWireName(dimension), "one", 4);

        assertThat(api.json(DIMENSIONS + "/" + dimension).getJsonArray("data")).containsExactly("one");
    }

    @ParameterizedTest
    @CsvSource({
        "/user, 400, bad-parameter, dimension",
        "/nonsense, 400, bad-parameter, dimension",
        "/page?from=2026-10-01&to=2026-11-02, 422, too-many-windows, from",
        "/page?limit=5001, 400, bad-parameter, limit",
    })
    void shouldSayWhyThereIsNoAnswer(String path, int status, String code, String parameter) throws Exception {
        JsonObject problem = assertProblem(api.get(DIMENSIONS + path), status, code);

        assertThat(problem.getString("parameter")).isEqualTo(parameter);
    }
}
