package io.tallystream.query;

import static io.tallystream.query.Problems.assertProblem;
import static org.assertj.core.api.Assertions.assertThat;

import io.tallystream.embedded.EmbeddedRedis;
import io.tallystream.embedded.junit.WithRedis;
import io.tallystream.schema.count.Metric;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@WithRedis
class ReportRoundsIT extends ReportRoundsSuite {
    ReportRoundsIT(EmbeddedRedis redis) {
        super(redis.uri());
    }

    @Test
    void shouldMakeAfterwardsWhatWasDueWhileRedisWasAway(@TempDir Path folder) throws Exception {
        EmbeddedRedis away = EmbeddedRedis.start(new EmbeddedRedis.Config(folder, 0, "password-of-test"));
        try {
            try (Counts before = new Counts(away.uri(), prefix)) {
                before.freshness("2094-01-01T00:00:00Z", "2093-11-20T00:59:59Z")
                        .total(Metric.CALLS, day("2093-11-19"), 7);
            }
            try (Api api =
                    Api.start(away.uri(), prefix, UTC, clock, Optional.empty()).awaitUp()) {
                awaitRound(api, 0);
                away.close();
                api.awaitDown();
                clock.set("2093-11-20T01:00:00Z");
                assertProblem(api.get(path("2093-11-19")), 503, "unavailable");
                assertProblem(remake(api, "2093-11-19"), 503, "unavailable");
                clock.set("2093-11-20T01:20:00Z");

                away = EmbeddedRedis.start(new EmbeddedRedis.Config(folder, away.port(), "password-of-test"));
                api.awaitUp();

                assertThat(awaitReport(api, "2093-11-19", 1).getString("generated_at"))
                        .isEqualTo("2093-11-20T01:20:00Z");
            }
        } finally {
            away.close();
        }
    }
}
