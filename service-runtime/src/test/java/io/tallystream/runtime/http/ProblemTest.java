package io.tallystream.runtime.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ProblemTest {
    @Test
    void shouldBeAProblemInJson() {
        Problem problem = new Problem(422, "nothing-valid", "Nothing valid", "no \"event\" can be counted");

        assertThat(new JsonObject(problem.toJson().encode()))
                .isEqualTo(new JsonObject()
                        .put("type", "urn:tallystream:problem:nothing-valid")
                        .put("title", "Nothing valid")
                        .put("status", 422)
                        .put("detail", "no \"event\" can be counted"));
    }

    @Test
    void shouldCarryExtensions() {
        Problem problem =
                new Problem(422, "range", "Range", "too long ago", Map.of("finest", "day", "items", List.of(1, 2)));

        JsonObject json = new JsonObject(problem.toJson().encode());

        assertThat(json.getString("finest")).isEqualTo("day");
        assertThat(json.getJsonArray("items")).isEqualTo(new JsonArray().add(1).add(2));
        assertThat(json.getString("title")).isEqualTo("Range");
    }

    @Test
    void shouldNotFollowLaterChanges() {
        Map<String, Object> extensions = new HashMap<>();
        Problem problem = new Problem(422, "range", "Range", "too long ago", extensions);
        extensions.put("finest", "day");

        assertThat(problem.extensions()).isEmpty();
    }

    @Test
    void shouldRequireADetail() {
        assertThatThrownBy(() -> new Problem(400, "bad-request", "Bad request", null))
                .isInstanceOf(NullPointerException.class)
                .hasMessage("detail");
    }

    @Test
    void shouldBeThrownWithoutAStackTrace() {
        Problem problem = new Problem(422, "nothing-valid", "Nothing valid", "no event can be counted");

        ProblemException exception = new ProblemException(problem);

        assertThat(exception.problem()).isSameAs(problem);
        assertThat(exception).hasMessage("no event can be counted");
        assertThat(exception.getStackTrace()).isEmpty();
    }
}
