package io.tallystream.query;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.vertx.core.json.Json;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the contract says is answered is what is answered. */
abstract class ContractExamplesSuite extends ApiSuite {
    private JsonNode contract;

    ContractExamplesSuite(String redisUri) {
        super(redisUri);
    }

    @BeforeEach
    void write() throws Exception {
        ExampleCounts.write(counts);
        contract = new YAMLMapper()
                .readTree(api.send(api.bare("/openapi.yaml").build()).body());
    }

    @Test
    void shouldAnswerEachExampleExactly() throws Exception {
        List<JsonNode> examples = contract.findValues("examples");
        int run = 0;
        for (JsonNode named : examples) {
            for (JsonNode example : named) {
                String request = example.path("x-request").asText();
                if (isOfReports(request)) {
                    continue;
                }
                HttpResponse<String> response = api.get(request);
                JsonNode value = example.path("value");
                if (value.isTextual()) {
                    assertThat(response.body())
                            .as(request)
                            .isEqualTo(value.asText().replace("\n", "\r\n"));
                } else {
                    assertThat(new ObjectMapper().readTree(response.body()))
                            .as(request)
                            .isEqualTo(value);
                }
                run++;
            }
        }
        assertThat(run).isGreaterThan(20);
    }

    @Test
    void shouldAnswerAsItsSchemasSay() throws Exception {
        List<String> checked = new ArrayList<>();
        for (var path : contract.path("paths").properties()) {
            JsonNode content = path.getValue().at("/get/responses/200/content/application~1json");
            for (JsonNode example : content.path("examples")) {
                String request = example.path("x-request").asText();
                assertValid(content.at("/schema/$ref").asText(), request);
                checked.add(path.getKey());
            }
        }
        assertValid("#/components/schemas/Overview", "/api/admin/stats/overview");
        assertValid("#/components/schemas/Trend", "/api/admin/stats/trend");
        assertValid("#/components/schemas/Dimensions", "/api/v1/dimensions");
        assertValid("#/components/schemas/Problem", "/api/v1/stats/trend?range=year");
        assertThat(checked).hasSizeGreaterThan(12);
    }

    private void assertValid(String reference, String request) throws Exception {
        if (!isOfReports(request)) {
            new ContractSchemas(contract)
                    .assertValid(reference, Json.decodeValue(api.get(request).body()), request);
        }
    }

    /** Run by ReportIT, in a year to come: Redis deletes reports that have expired. */
    private static boolean isOfReports(String request) {
        return request.startsWith("/api/v1/reports/");
    }
}
