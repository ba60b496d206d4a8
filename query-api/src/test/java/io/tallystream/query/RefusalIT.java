package io.tallystream.query;

import static io.tallystream.query.Problems.assertProblem;
import static org.assertj.core.api.Assertions.assertThat;

import io.tallystream.embedded.EmbeddedRedis;
import io.vertx.core.json.JsonObject;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RefusalIT extends WithApi {
    RefusalIT(EmbeddedRedis redis) {
        super(redis);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                TREND + "?range=year",
                TREND + "?range=",
                TREND + "?range=DAY",
                TREND + "?range=lifetime",
                TREND + "?metric=latency",
                TREND + "?metric=nonsense",
                TREND + "?range=day&limit=3",
                OVERVIEW + "?range=day",
                "/api/admin/stats/overview?x",
                "/api/admin/stats/trend?range=week",
                "/api/v1/users/u1/clicks?day=1",
                "/user/u1/clicks?day=1",
            })
    void shouldRefuseWhatItDoesNotKnow(String path) throws Exception {
        assertProblem(api.get(path), 400, "bad-parameter");

        assertThat(api.get(OVERVIEW).statusCode()).isEqualTo(200);
    }

    @Test
    void shouldRefuseAQueryThatCannotBeDecoded() throws Exception {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), api.port())) {
            String request = "GET " + TREND + "?range=%zz HTTP/1.1\r\nHost: localhost\r\nX-API-Key: " + Api.TOKEN
                    + "\r\nConnection: close\r\n\r\n";
            socket.getOutputStream().write(request.getBytes(StandardCharsets.UTF_8));

            String response = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

            assertThat(response)
                    .startsWith("HTTP/1.1 400 ")
                    .containsIgnoringCase("\r\ncontent-type: application/problem+json\r\n")
                    .endsWith("}");
        }
    }

    @Test
    void shouldNameTheParameterAndItsValues() throws Exception {
        assertThat(assertProblem(api.get(TREND + "?range=year"), 400, "bad-parameter")
                        .getString("detail"))
                .isEqualTo("range must be one of minute, hour, day");
        assertThat(assertProblem(api.get(TREND + "?colour=red"), 400, "bad-parameter")
                        .getString("detail"))
                .isEqualTo(
                        "the parameter colour is not known here; known: [range, granularity, from, to, metric, dimension, member, compare, format]");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "granularity=day&from=2026-11-20&to=2026-11-19 | 400 | bad-parameter | from",
                "granularity=minute&from=2016-11-20&to=2026-11-20 | 422 | expired | from",
                "granularity=minute&from=2026-11-20&to=2036-11-20 | 422 | too-many-windows | from",
                "granularity=second&from=2026-11-20 | 400 | bad-parameter | granularity",
                "granularity=lifetime&from=2026-11-20 | 400 | bad-parameter | granularity",
                "metric=nonsense | 400 | bad-parameter | metric",
                "dimension=colour&member=red | 400 | bad-parameter | dimension",
                "dimension=endpoint | 400 | bad-parameter | member",
                "member=/a | 400 | bad-parameter | dimension",
                "dimension=endpoint&member= | 400 | bad-parameter | member",
                "dimension=endpoint&member=%00 | 400 | bad-parameter | member",
                "dimension=endpoint&member=a%0Ab | 400 | bad-parameter | member",
                "dimension=endpoint&member=%FF%FE | 400 | bad-parameter | member",
                "dimension=product&member=p1 | 422 | not-counted | dimension",
                "metric=active_users&range=hour | 422 | not-counted | granularity",
                "dimension=user&member=u1&range=minute | 422 | not-counted | granularity",
                "compare=month | 400 | bad-parameter | compare",
                "range=minute&compare=week | 422 | expired | compare",
                "range=day&range=hour | 400 | bad-parameter | range",
                "range=day&granularity=day&from=2026-11-01 | 400 | bad-parameter | range",
                "format=xml | 400 | bad-parameter | format",
            })
    void shouldSayWhyThereIsNoTrend(String query, int status, String code, String parameter) throws Exception {
        JsonObject problem = assertProblem(api.get(TREND + "?" + query), status, code);

        assertThat(problem.getString("parameter")).isEqualTo(parameter);
        assertThat(problem.getString("detail")).contains(parameter);
    }

    @Test
    void shouldNameTheFinestGranularityThatIsKept() throws Exception {
        JsonObject problem = assertProblem(
                api.get(TREND + "?granularity=minute&from=2026-11-01T10:30:00Z&to=2026-11-02"), 422, "expired");

        assertThat(problem.getString("granularity")).isEqualTo("hour");
        assertThat(problem.getString("detail"))
                .isEqualTo("from: calls by minute is no longer kept as of 2026-11-01T10:30:00Z;"
                        + " the finest granularity that is: hour");
        assertThat(api.get(TREND + "?granularity=hour&from=2026-11-01T10:30:00Z&to=2026-11-02")
                        .statusCode())
                .isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(strings = {"%00", "%0A", "%FF", "%7F"})
    void shouldRefuseOddUsers(String id) throws Exception {
        assertThat(assertProblem(api.get("/api/v1/users/a" + id + "/clicks"), 400, "bad-parameter")
                        .getString("parameter"))
                .isEqualTo("id");
    }
}
