package io.tallystream.query;

import static io.tallystream.query.Counts.window;
import static io.tallystream.schema.count.Granularity.DAY;
import static io.tallystream.schema.count.Granularity.HOUR;

import io.tallystream.schema.count.Window;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;

/** An API for each test, on counts of its own, at a quarter past ten of 20 November in UTC unless started anew. */
@Timeout(240)
abstract class ApiSuite {
    static final Instant NOW = Instant.parse("2026-11-20T10:15:31.789Z");
    static final Window TODAY = window(DAY, "2026-11-20");
    static final Window YESTERDAY = window(DAY, "2026-11-19");
    static final Window THIS_HOUR = window(HOUR, "2026-11-20T10:00Z");
    static final ZoneId UTC = ZoneId.of("UTC");
    static final ZoneId NEW_YORK = ZoneId.of("America/New_York");

    static final String OVERVIEW = "/api/v1/stats/overview";
    static final String TREND = "/api/v1/stats/trend";
    static final String TOP = "/api/v1/stats/top";

    final String prefix = "test-" + UUID.randomUUID();
    private final String redisUri;
    final Counts counts;
    Api api;

    ApiSuite(String redisUri) {
        this.redisUri = redisUri;
        counts = new Counts(redisUri, prefix);
    }

    @BeforeEach
    void start() throws Exception {
        startAt(UTC, NOW);
    }

    @AfterEach
    void stop() {
        api.close();
        counts.close();
    }

    void startAt(ZoneId zone, Instant now) throws Exception {
        if (api != null) {
            api.close();
        }
        api = Api.start(redisUri, prefix, zone, now).awaitUp();
    }

    static List<String> every(Duration step, String first, int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> Instant.parse(first).plus(step.multipliedBy(i)).toString())
                .toList();
    }

    static Stream<JsonObject> buckets(JsonArray data) {
        return data.stream().map(JsonObject.class::cast);
    }

    static List<String> timesOf(JsonObject trend) {
        return buckets(trend.getJsonArray("data"))
                .map(bucket -> bucket.getString("time"))
                .toList();
    }

    static List<Long> countsOf(JsonObject trend) {
        return countsOf(trend.getJsonArray("data"));
    }

    static List<Long> countsOf(JsonArray data) {
        return buckets(data).map(bucket -> bucket.getLong("count")).toList();
    }

    /** Without what tells when and by whose clock it was answered. */
    static JsonObject bare(JsonObject answer) {
        JsonObject bare = answer.copy();
        List.of("as_of", "time_zone", "stale").forEach(bare::remove);
        return bare;
    }
}
