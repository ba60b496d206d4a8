package io.tallystream.query;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import io.tallystream.embedded.EmbeddedRedis;
import io.tallystream.schema.count.Metric;
import io.tallystream.schema.redis.CountKeys;
import java.util.List;
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
