package io.tallystream.query;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystream.embedded.EmbeddedRedis;
import io.tallystream.schema.count.Dimension;
import io.tallystream.schema.count.Metric;
import io.tallystream.schema.count.Window;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ProfilesIT extends WithApi {
    ProfilesIT(EmbeddedRedis redis) {
        super(redis);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "u1",
                "a b",
                "a/b",
                "/",
                "a%2Fb",
                "%",
                "a+b",
                "a;b=c",
                "a?b#c",
                "a&b",
                "\u00fc\u65e5\ud83d\ude00",
                "..x",
                ":id",
                "*"
            })
    void shouldTellTheClicksOfUsersWithAnyName(String user) throws Exception {
        counts.put(Metric.CLICKS, Window.LIFETIME, Dimension.USER, user, 12)
                .put(Metric.CLICKS, Window.LIFETIME, Dimension.USER, user + "x", 13)
                .put(Metric.CLICKS, TODAY, Dimension.USER, user, 5);
        String encoded = URLEncoder.encode(user, StandardCharsets.UTF_8).replace("+", "%20");

        assertThat(bare(api.json("/api/v1/users/" + encoded + "/clicks")))
                .isEqualTo(new JsonObject().put("user_id", user).put("clicks", 12));
        assertThat(api.answer("/user/" + encoded + "/clicks")).isEqualTo("12");
    }

    @Test
    void shouldTellThatAnUnknownUserHasNoClicks() throws Exception {
        assertThat(bare(api.json("/api/v1/users/nobody/clicks")))
                .isEqualTo(new JsonObject().put("user_id", "nobody").put("clicks", 0));
        assertThat(api.answer("/user/nobody/clicks")).isEqualTo("0");
    }

    @Test
    void shouldTellWhatIsCountedOfAUserEverAndByDay() throws Exception {
        counts.put(Metric.CLICKS, Window.LIFETIME, Dimension.USER, "u1", 9)
                .put(Metric.CLICKS, TODAY, Dimension.USER, "u1", 2)
                .put(Metric.CALLS, TODAY, Dimension.USER, "u1", 30)
                .put(Metric.CALLS, YESTERDAY, Dimension.USER, "u1", 40)
                .put(Metric.CALLS, YESTERDAY, Dimension.USER, "u2", 50);

        assertThat(bare(api.json("/api/v1/users/u1?from=2026-11-19&to=2026-11-21")))
                .isEqualTo(new JsonObject()
                        .put("user_id", "u1")
                        .put("clicks", 9L)
                        .put("from", "2026-11-19T00:00:00Z")
                        .put("to", "2026-11-21T00:00:00Z")
                        .put(
                                "days",
                                new JsonArray()
                                        .add(day("2026-11-19", true)
                                                .put("calls", 40L)
                                                .put("clicks", 0L))
                                        .add(day("2026-11-20", false)
                                                .put("calls", 30L)
                                                .put("clicks", 2L))));
        assertThat(api.json("/api/v1/users/nobody").getJsonArray("days")).hasSize(30);
    }

    private static JsonObject day(String date, boolean isFinal) {
        return new JsonObject().put("date", date).put("final", isFinal);
    }

    @Test
    void shouldTellWhatIsCountedOfAProductEverAndByDay() throws Exception {
        counts.put(Metric.CLICKS, Window.LIFETIME, Dimension.PRODUCT, "p/1", 9)
                .put(Metric.CLICKS, TODAY, Dimension.PRODUCT, "p/1", 2);

        assertThat(bare(api.json("/api/v1/products/p%2F1?from=2026-11-20")))
                .isEqualTo(new JsonObject()
                        .put("product_id", "p/1")
                        .put("clicks", 9L)
                        .put("from", "2026-11-20T00:00:00Z")
                        .put("to", "2026-11-21T00:00:00Z")
                        .put(
                                "days",
                                new JsonArray().add(day("2026-11-20", false).put("clicks", 2L))));
        assertThat(bare(api.json("/api/v1/products/p%2F1/clicks")))
                .isEqualTo(new JsonObject().put("product_id", "p/1").put("clicks", 9L));
    }

    @Test
    void shouldListUsersAndProductsByTheirClicks() throws Exception {
        counts.put(Metric.CLICKS, Window.LIFETIME, Dimension.USER, "u1", 5)
                .put(Metric.CLICKS, Window.LIFETIME, Dimension.USER, "u2", 7)
                .put(Metric.CLICKS, Window.LIFETIME, Dimension.USER, "__other__/1", 6)
                .put(Metric.CLICKS, Window.LIFETIME, Dimension.PRODUCT, "p1", 1)
                .put(Metric.CLICKS, Window.LIFETIME, Dimension.PRODUCT, "__other__/0", 1)
                .put(Metric.CLICKS, Window.LIFETIME, Dimension.PRODUCT, "__other__/1", 1);

        // Users are not limited in number: one may be called so.
        assertThat(bare(api.json("/api/v1/users?limit=2")))
                .isEqualTo(new JsonObject()
                        .put("members", 3L)
                        .put("offset", 0)
                        .put("limit", 2)
                        .put(
                                "data",
                                new JsonArray()
                                        .add(new JsonObject()
                                                .put("user_id", "u2")
                                                .put("clicks", 7L))
                                        .add(new JsonObject()
                                                .put("user_id", "__other__/1")
                                                .put("clicks", 6L))));
        assertThat(bare(api.json("/api/v1/products")))
                .isEqualTo(new JsonObject()
                        .put("members", 2L)
                        .put("offset", 0)
                        .put("limit", 10)
                        .put(
                                "data",
                                new JsonArray()
                                        .add(new JsonObject()
                                                .put("product_id", "__other__")
                                                .put("clicks", 2L))
                                        .add(new JsonObject()
                                                .put("product_id", "p1")
                                                .put("clicks", 1L))));
        assertThat(api.json("/api/v1/products/__other__/clicks").getLong("clicks"))
                .isEqualTo(2);
    }
}
