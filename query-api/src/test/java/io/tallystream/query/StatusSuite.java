package io.tallystream.query;

import static io.tallystream.query.Problems.assertProblem;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.tallystream.schema.redis.CountKeys;
import io.vertx.core.json.JsonObject;
import org.junit.jupiter.api.Test;

/** How well what is behind the answers is, on every kind of Redis. */
abstract class StatusSuite extends ApiSuite {
    static final String STATUS = "/api/v1/status";

    StatusSuite(String redisUri) {
        super(redisUri);
    }

    @Test
    void shouldTellHowFreshTheCountsAre() throws Exception {
        counts.freshness("2026-11-20T10:15:31.389Z", "2026-11-20T10:15:30.889Z")
                .freshness("counts-hour", 3, "2026-11-20T10:15:20.789Z", "2026-11-20T10:14:00Z", 7)
                .freshness("counts-minute", 1, "2026-11-20T10:15:31Z", "2026-11-20T10:15:31Z", 5);

        JsonObject status = api.json(STATUS);

        assertThat(status.getJsonObject("freshness"))
                .as("of the partition that is furthest behind, the newest of all, and all that wait")
                .isEqualTo(new JsonObject()
                        .put("complete_until", "2026-11-20T10:15:20.789Z")
                        .put("behind_ms", 11_000)
                        .put("newest", "2026-11-20T10:15:31Z")
                        .put("lag", 12)
                        .put("partitions", 3));
        assertThat(api.json(OVERVIEW).getJsonObject("freshness")).isEqualTo(status.getJsonObject("freshness"));
    }

    @Test
    void shouldTellNothingOfFreshnessBeforeASinkHas() throws Exception {
        JsonObject status = api.json(STATUS);

        assertThat(status.containsKey("freshness")).isTrue();
        assertThat(status.getJsonObject("freshness")).isNull();
    }

    @Test
    void shouldNotBeAheadOfAClockThatIs() throws Exception {
        counts.freshness("2026-11-20T10:15:40Z", "2026-11-20T10:15:40Z");

        assertThat(api.json(STATUS).getJsonObject("freshness").getLong("behind_ms"))
                .isZero();
    }

    @Test
    void shouldTellHowFullRedisIsAndWhereTheGatewayListens() throws Exception {
        JsonObject status = api.json(STATUS);

        JsonObject redis = status.getJsonObject("redis");
        assertThat(redis.getString("version")).matches("\\d+\\.\\d+\\.\\d+");
        assertThat(redis.getLong("used_memory_bytes")).isPositive();
        assertThat(redis.getValue("max_memory_bytes")).isNull();
        assertThat(status.getInteger("ingest_port")).isEqualTo(8080);
        assertThat(status.getString("time_zone")).isEqualTo("UTC");
        assertThat(status.getBoolean("stale")).isFalse();
    }

    @Test
    void shouldTellThatCountsAreBeingMadeAnew() throws Exception {
        counts.redis().set(CountKeys.rebuild(prefix), "somebody");

        assertThat(api.json(STATUS).getBoolean("stale")).isTrue();
    }

    @Test
    void shouldAnswerAsItsSchemaSays() throws Exception {
        JsonNode contract = new YAMLMapper()
                .readTree(api.send(api.bare("/openapi.yaml").build()).body());
        ContractSchemas schemas = new ContractSchemas(contract);

        schemas.assertValid("#/components/schemas/Status", api.json(STATUS), "without freshness");
        counts.freshness("2026-11-20T10:15:31Z", "2026-11-20T10:15:30Z");
        schemas.assertValid("#/components/schemas/Status", api.json(STATUS), "with freshness");
    }

    @Test
    void shouldTellOnlyWhoMayAsk() throws Exception {
        assertProblem(api.send(api.bare(STATUS).build()), 401, "unauthorized");
        assertThat(api.send(api.bare(STATUS)
                                .header("Authorization", "Bearer " + Api.READ_KEY)
                                .build())
                        .statusCode())
                .isEqualTo(200);
    }
}
