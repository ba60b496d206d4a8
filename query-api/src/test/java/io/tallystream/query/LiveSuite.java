package io.tallystream.query;

import static io.tallystream.query.Counts.window;
import static io.tallystream.schema.count.Granularity.MINUTE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tallystream.schema.count.Metric;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The live feed on every kind of Redis. */
@Timeout(240)
abstract class LiveSuite extends ApiSuite {
    static final Duration PATIENCE = Duration.ofSeconds(60);

    LiveSuite(String redisUri) {
        super(redisUri);
    }

    @Test
    void shouldSendTheOverviewAndTheLastMinutes() throws Exception {
        counts.total(Metric.CALLS, TODAY, 5).total(Metric.CALLS, window(MINUTE, "2026-11-20T10:15Z"), 3);
        try (LiveListeners listeners = new LiveListeners(api.port(), 1)) {
            assertThat(listeners.head(0))
                    .startsWith("HTTP/1.1 200 ")
                    .containsIgnoringCase("\r\ncontent-type: text/event-stream\r\n")
                    .containsIgnoringCase("\r\ncache-control: no-store\r\n")
                    .containsIgnoringCase("\r\nx-content-type-options: nosniff\r\n");
            await().atMost(PATIENCE).until(() -> listeners.last(0) != null);

            JsonObject figures = new JsonObject(listeners.last(0));
            JsonObject overview = api.json(OVERVIEW);
            overview.fieldNames()
                    .forEach(name -> assertThat(figures.getValue(name)).as(name).isEqualTo(overview.getValue(name)));
            assertThat(figures.getJsonArray("minutes"))
                    .isEqualTo(api.json(TREND + "?range=minute").getJsonArray("data"));

            counts.total(Metric.CALLS, TODAY, 6);
            await().atMost(PATIENCE)
                    .until(() -> new JsonObject(listeners.last(0))
                                    .getJsonObject("today")
                                    .getLong("calls")
                            == 6);
        }
    }
}
