package io.tallystream.query;

import static io.tallystream.query.Problems.assertProblem;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tallystream.embedded.EmbeddedRedis;
import io.tallystream.embedded.junit.WithRedis;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

@WithRedis
class LiveIT extends LiveSuite {
    private static final Pattern READS = Pattern.compile("cmdstat_exists:calls=(\\d+)");

    LiveIT(EmbeddedRedis redis) {
        super(redis.uri());
    }

    @Test
    void shouldReadOnceForAllListenersAndNotAtAllWithoutOne() throws Exception {
        try (LiveListeners listeners = new LiveListeners(api.port(), 50)) {
            await().atMost(PATIENCE).until(() -> listeners.allHave(1));
            counts.redis().configResetstat();
            int before = listeners.events(0);
            await().atMost(PATIENCE).until(() -> listeners.events(0) >= before + 5);

            // Each read of figures asks once whether counts are being made anew. One for each listener would be 250.
            assertThat(reads()).isBetween(4L, 49L);
        }
        await().atMost(PATIENCE).until(() -> api.listeners() == 0);
        counts.redis().configResetstat();
        assertThat(api.get(OVERVIEW).statusCode()).isEqualTo(200);
        assertThat(reads()).isEqualTo(1);
    }

    private long reads() {
        var matcher = READS.matcher(counts.redis().info("commandstats"));
        return matcher.find() ? Long.parseLong(matcher.group(1)) : 0;
    }

    @Test
    void shouldTurnAwayMoreThanItTakes() throws Exception {
        List<LiveListeners> opened = new ArrayList<>();
        try {
            opened.add(new LiveListeners(api.port(), 1_000));
            await().atMost(PATIENCE).until(() -> api.listeners() == 1_000);

            assertProblem(api.get("/api/v1/live"), 503, "too-many-listeners");
        } finally {
            opened.forEach(LiveListeners::close);
        }
        await().atMost(PATIENCE).until(() -> api.listeners() == 0);
        try (LiveListeners again = new LiveListeners(api.port(), 1)) {
            assertThat(again.head(0)).startsWith("HTTP/1.1 200 ");
        }
    }

    @Test
    void shouldNeedAKeyAndAnswerHead() throws Exception {
        assertProblem(api.send(api.bare("/api/v1/live").build()), 401, "unauthorized");

        HttpResponse<String> head = api.send(api.request("/api/v1/live")
                .method("HEAD", BodyPublishers.noBody())
                .build());
        assertThat(head.statusCode()).isEqualTo(200);
        assertThat(api.listeners()).isZero();
    }

    @Test
    void shouldLetListenersGoWhenItStops() throws Exception {
        try (LiveListeners listeners = new LiveListeners(api.port(), 3)) {
            await().atMost(PATIENCE).until(() -> listeners.allHave(1));

            api.close();

            await().atMost(PATIENCE).until(() -> listeners.ended() == 3);
        }
    }
}
