package io.tallystream.query;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.tallystream.embedded.EmbeddedRedis;
import io.tallystream.schema.count.Metric;
import io.tallystream.schema.redis.CountKeys;
import java.net.http.HttpHeaders;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class StaleIT extends WithApi {
    private static final List<String> PATHS = List.of(
            OVERVIEW,
            TREND,
            TOP,
            "/api/v1/stats/endpoints",
            "/api/v1/stats/statuses",
            "/api/v1/stats/latency?endpoint=/a",
            "/api/v1/users/growth",
            "/api/v1/users",
            "/api/v1/users/u1",
            "/api/v1/users/u1/clicks",
            "/api/v1/dimensions",
            "/api/v1/dimensions/page");

    StaleIT(EmbeddedRedis redis) {
        super(redis);
    }

    @Test
    void shouldSayInEveryAnswerWhetherCountsAreBeingMadeAnew() throws Exception {
        assertStale(false);

        counts.redis().set(CountKeys.rebuild(prefix), "somebody");
        assertStale(true);

        counts.redis().del(CountKeys.rebuild(prefix));
        assertStale(false);
    }

    private void assertStale(boolean stale) throws Exception {
        for (String path : PATHS) {
            assertThat(api.json(path))
                    .as(path)
                    .contains(entry("stale", stale), entry("time_zone", "UTC"), entry("as_of", "2026-11-20T10:15:31Z"));
        }
    }

    @Test
    void shouldSayItBesideEachTable() throws Exception {
        assertStaleTables("false");

        counts.redis().set(CountKeys.rebuild(prefix), "somebody");
        assertStaleTables("true");
    }

    private void assertStaleTables(String stale) throws Exception {
        JsonNode paths = new YAMLMapper()
                .readTree(api.send(api.bare("/openapi.yaml").build()).body())
                .path("paths");
        List<String> asked = new ArrayList<>();
        for (var path : paths.properties()) {
            JsonNode answer = path.getValue().at("/get/responses/200");
            if (answer.path("content").has("text/csv") && !path.getKey().contains("{")) {
                asked.add(path.getKey());
                HttpHeaders headers = api.send(api.request(path.getKey())
                                .header("Accept", "text/csv")
                                .build())
                        .headers();
                Map<String, String> notes = new TreeMap<>();
                headers.map().forEach((name, values) -> {
                    if (name.startsWith("tallystream-")) {
                        notes.put(name, String.join(" ", values));
                    }
                });
                assertThat(notes)
                        .as(path.getKey())
                        .isEqualTo(
                                answer.has("headers")
                                        ? Map.of(
                                                "tallystream-as-of", "2026-11-20T10:15:31Z",
                                                "tallystream-time-zone", "UTC",
                                                "tallystream-stale", stale)
                                        : Map.of());
            }
        }
        // All but those of reports, which are as they were made.
        assertThat(asked).hasSize(10).contains("/api/v1/stats/day", "/api/v1/reconciliation", "/api/v1/reports/daily");
        assertThat(paths.findValues("Tallystream-Stale")).hasSize(9);
    }

    @Test
    void shouldAnswerFromTheGenerationThatIsLive() throws Exception {
        counts.total(Metric.CALLS, TODAY, 5);
        CountKeys next = counts.keys().ofGeneration(2);
        counts.redis().zadd(next.totals(TODAY), 7, "calls");
        counts.redis().set(CountKeys.rebuild(prefix), "somebody");

        assertThat(callsOfToday()).isEqualTo(5);
        counts.redis().set(CountKeys.liveGeneration(prefix), "2");
        assertThat(callsOfToday()).isEqualTo(7);
    }

    private long callsOfToday() throws Exception {
        return api.json(OVERVIEW).getJsonObject("today").getLong("calls");
    }
}
