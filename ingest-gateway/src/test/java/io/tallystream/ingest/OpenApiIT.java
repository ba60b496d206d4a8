package io.tallystream.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import io.vertx.core.Vertx;
import io.vertx.ext.web.Route;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** What the gateway tells of itself is what it does. */
class OpenApiIT extends OneGateway {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Set<String> METHODS = Set.of("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS");

    private final TestKeys keys = new TestKeys().withOneOfEachScope();
    private JsonNode file;

    @Override
    Map<String, String> variables() {
        return Map.of("KEYS_FILE", keys.path());
    }

    @BeforeAll
    void readWhatIsServed() throws Exception {
        HttpResponse<String> response =
                gateway.send(gateway.bare("/openapi.yaml").build());
        assertThat(response.statusCode()).isEqualTo(200);
        file = new YAMLMapper().readTree(response.body());
        // Which the file refers to.
        JsonNode event = JSON.readTree(
                gateway.send(gateway.bare("/event.schema.json").build()).body());
        ((ObjectNode) file.at("/components/schemas")).set("Event", event);
    }

    @Test
    void shouldNameEveryRouteAndNoOther() throws Exception {
        Vertx vertx = Vertx.vertx();
        Set<String> routes = new TreeSet<>();
        try {
            gateway.routes(vertx).stream()
                    .filter(Route::isExactPath)
                    .map(Route::getPath)
                    .filter(Objects::nonNull)
                    .forEach(routes::add);
        } finally {
            vertx.close().await();
        }

        assertThat(file.get("paths").fieldNames()).toIterable().containsExactlyInAnyOrderElementsOf(routes);
    }

    @TestFactory
    Stream<DynamicTest> shouldTakeTheMethodsThatItNamesAndNoOthers() {
        return paths().flatMap(path -> METHODS.stream()
                .map(method -> DynamicTest.dynamicTest(method + " " + path, () -> {
                    boolean named = file.at("/paths").get(path).has(method.toLowerCase(Locale.ROOT));
                    HttpResponse<String> response = gateway.send(authorized(path)
                            .method(method, BodyPublishers.noBody())
                            .build());

                    if (named) {
                        assertThat(response.statusCode()).isNotIn(404, 405);
                    } else {
                        assertThat(response.statusCode()).isEqualTo(405);
                        assertConforms(response, "Problem");
                    }
                })));
    }

    @TestFactory
    Stream<DynamicTest> shouldAnswerItsOwnExamplesAsItSays() {
        return paths().filter(path -> file.at("/paths").get(path).has("post")).flatMap(path -> {
            JsonNode operation = file.at("/paths").get(path).get("post");
            return operation
                    .at("/requestBody/content")
                    .propertyStream()
                    .flatMap(content -> content.getValue()
                            .get("examples")
                            .propertyStream()
                            .map(example -> DynamicTest.dynamicTest(
                                    path + " " + content.getKey() + " " + example.getKey(), () -> {
                                        JsonNode value = example.getValue().get("value");
                                        if (content.getKey().equals("application/json")) {
                                            assertConforms(
                                                    value, content.getValue().get("schema"));
                                        }
                                        assertTaken(path, operation, content.getKey(), value);
                                    })));
        });
    }

    @Test
    void shouldSayHowItRefuses() throws Exception {
        for (String path : List.of("/v1/events", "/click", "/v1/collect")) {
            JsonNode operation = file.at("/paths").get(path).get("post");
            for (HttpRequest request : List.of(
                    gateway.bare(path).POST(BodyPublishers.ofString("{}")).build(),
                    gateway.bare(path)
                            .header("X-API-Key", TestKeys.secret("read"))
                            .POST(BodyPublishers.ofString("{}"))
                            .build(),
                    authorized(path).POST(BodyPublishers.ofString("{}")).build(),
                    json(path, "{").build(),
                    json(path, "{}").build(),
                    json(path, " ".repeat(LIMIT + 1)).build())) {
                HttpResponse<String> response = gateway.send(request);

                assertThat(response.statusCode()).isBetween(400, 422);
                assertThat(operation.get("responses").has(Integer.toString(response.statusCode())))
                        .as("%s of %s", response.statusCode(), path)
                        .isTrue();
                assertConforms(response, "Problem");
            }
        }
    }

    @Test
    void shouldServeWhatProducersNeed() throws Exception {
        assertThat(gateway.send(gateway.bare("/asyncapi.yaml").build()).body()).startsWith("asyncapi: 3.0.0");
    }

    private Stream<String> paths() {
        return file.get("paths").propertyStream().map(Map.Entry::getKey);
    }

    private void assertTaken(String path, JsonNode operation, String type, JsonNode value) throws Exception {
        HttpResponse<String> response = gateway.send(authorized(path)
                .header("Content-Type", type)
                .POST(BodyPublishers.ofString(value.isTextual() ? value.asText() : value.toString()))
                .build());

        JsonNode described = operation.get("responses").get(Integer.toString(response.statusCode()));
        assertThat(described).as(response.body()).isNotNull();
        assertThat(response.statusCode()).as(response.body()).isIn(200, 202);
        String answered = response.headers().firstValue("Content-Type").orElseThrow();
        JsonNode schema = resolved(described).get("content").get(answered).get("schema");
        assertConforms(
                answered.equals("text/plain") ? JSON.valueToTree(response.body()) : JSON.readTree(response.body()),
                schema);
    }

    private JsonNode resolved(JsonNode described) {
        return described.has("$ref") ? file.at(described.get("$ref").asText().substring(1)) : described;
    }

    private void assertConforms(HttpResponse<String> response, String schema) throws JsonProcessingException {
        assertThat(response.headers().firstValue("Content-Type")).contains("application/problem+json");
        assertConforms(
                JSON.readTree(response.body()), JSON.createObjectNode().put("$ref", "#/components/schemas/" + schema));
    }

    private void assertConforms(JsonNode value, JsonNode schema) {
        ObjectNode whole = schema.deepCopy();
        whole.set("components", file.get("components"));
        Collection<?> faults = JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012)
                .getSchema(whole)
                .validate(value);
        assertThat(faults).as("%s", value).isEmpty();
    }

    private HttpRequest.Builder json(String path, String body) {
        return authorized(path).header("Content-Type", "application/json").POST(BodyPublishers.ofString(body));
    }

    /** With the key, and from where, that the path wants. */
    private HttpRequest.Builder authorized(String path) {
        return path.equals("/v1/collect")
                ? gateway.bare(path + "?key=" + TestKeys.secret("collect")).header("Origin", TestKeys.ORIGIN)
                : gateway.bare(path).header("X-API-Key", TestKeys.secret("ingest"));
    }
}
