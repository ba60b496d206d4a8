package io.tallystream.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonObject;
import java.net.http.HttpResponse;

/** What RFC 9457 and the contract ask of every error. */
final class Problems {
    private Problems() {}

    static JsonObject assertProblem(HttpResponse<String> response, int status, String code) {
        return assertProblem(
                response.statusCode(),
                response.headers().firstValue("Content-Type").orElse(""),
                response.body(),
                status,
                code);
    }

    static JsonObject assertProblem(int actual, String mediaType, String body, int status, String code) {
        assertThat(actual).as(body).isEqualTo(status);
        assertThat(mediaType).isEqualTo("application/problem+json");
        JsonObject problem = new JsonObject(body);
        assertThat(problem.getString("type")).isEqualTo("urn:tallystream:problem:" + code);
        assertThat(problem.getString("title")).isNotBlank();
        assertThat(problem.getInteger("status")).isEqualTo(status);
        assertThat(problem.getString("detail")).isNotBlank().doesNotContain("Exception", "io.tallystream");
        return problem;
    }
}
