package io.tallystream.query;

import static io.tallystream.query.Problems.assertProblem;
import static org.assertj.core.api.Assertions.assertThat;

import io.tallystream.embedded.EmbeddedRedis;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AccessIT extends WithApi {
    AccessIT(EmbeddedRedis redis) {
        super(redis);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                OVERVIEW,
                TREND,
                "/api/v1/users/u1/clicks",
                "/api/admin/stats/overview",
                "/api/admin/stats/trend",
                "/user/u1/clicks",
                "/api",
                "/api/",
                "/api/nothing",
                "/user/nothing",
                OVERVIEW + "/",
                "/%61pi/v1/stats/overview",
                "/x/../api/v1/stats/overview",
                "//api/v1/stats/overview",
            })
    void shouldAskForTheToken(String path) throws Exception {
        List<HttpResponse<String>> refused = List.of(
                api.send(api.bare(path).build()),
                api.send(api.bare(path)
                        .header("Authorization", "Bearer wrong-token-wrong-token")
                        .build()),
                api.send(api.bare(path).header("Authorization", Api.TOKEN).build()),
                api.send(api.bare(path)
                        .header("Authorization", "Basic " + Api.TOKEN)
                        .build()),
                api.send(api.bare(path).header("X-API-Key", Api.TOKEN + "x").build()),
                api.send(api.bare(path + "?token=" + Api.TOKEN).build()),
                api.send(api.bare(path).POST(BodyPublishers.ofString("{}")).build()));

        assertThat(refused).allSatisfy(response -> {
            assertProblem(response, 401, "unauthorized");
            assertThat(response.headers().firstValue("WWW-Authenticate")).isPresent();
        });
    }

    @Test
    void shouldTakeTheTokenAsAHeaderOfItsOwn() throws Exception {
        assertThat(api.send(api.bare(OVERVIEW).header("X-API-Key", Api.TOKEN).build())
                        .statusCode())
                .isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"/nothing", "/dashboard", "/api/v1/stats", "/api/v2/stats/overview", "/user/u1", "/user//clicks"
            })
    void shouldKnowNoOtherPath(String path) throws Exception {
        assertProblem(api.get(path), 404, "not-found");
    }

    @ParameterizedTest
    @ValueSource(strings = {OVERVIEW, TREND, "/user/u1/clicks", "/", "/docs.css"})
    void shouldOnlyBeRead(String path) throws Exception {
        for (String method : List.of("POST", "PUT", "DELETE", "OPTIONS")) {
            HttpResponse<String> response = api.send(
                    api.request(path).method(method, BodyPublishers.noBody()).build());

            assertProblem(response, 405, "method-not-allowed");
            assertThat(response.headers().firstValue("Allow")).contains("GET, HEAD");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {OVERVIEW, TREND, "/user/u1/clicks", "/", "/docs.css"})
    void shouldAnswerHeadLikeGetButForTheBody(String path) throws Exception {
        HttpResponse<String> get = api.get(path);

        HttpResponse<String> head = api.send(
                api.request(path).method("HEAD", BodyPublishers.noBody()).build());

        assertThat(head.statusCode()).isEqualTo(200);
        assertThat(head.body()).isEmpty();
        Map<String, List<String>> expected = new TreeMap<>(get.headers().map());
        // May be left out, by RFC 9110, and is by Vert.x.
        expected.remove("content-length");
        assertThat(head.headers().map()).isEqualTo(expected);
    }
}
