package io.tallystream.query;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vertx.core.json.JsonObject;
import io.vertx.json.schema.Draft;
import io.vertx.json.schema.JsonSchema;
import io.vertx.json.schema.JsonSchemaOptions;
import io.vertx.json.schema.OutputFormat;
import io.vertx.json.schema.OutputUnit;
import io.vertx.json.schema.SchemaRepository;

/** The schemas of the contract, to judge answers by. */
final class ContractSchemas {
    private final JsonNode contract;

    ContractSchemas(JsonNode contract) {
        this.contract = contract;
    }

    void assertValid(String reference, Object answer, String request) {
        JsonSchemaOptions options = new JsonSchemaOptions()
                .setBaseUri("app://contract")
                .setDraft(Draft.DRAFT202012)
                .setOutputFormat(OutputFormat.Basic);
        JsonNode schema = inlined(contract.at(reference.substring(1)));
        OutputUnit result = SchemaRepository.create(options)
                .validator(JsonSchema.of(new JsonObject(schema.toString())), options)
                .validate(answer);
        assertThat(result.getValid()).as("%s: %s", request, result.getErrors()).isTrue();
    }

    /** With all that it refers to in place; no schema refers to itself. */
    private JsonNode inlined(JsonNode node) {
        if (node.has("$ref")) {
            return inlined(contract.at(node.path("$ref").asText().substring(1)));
        }
        JsonNode copy = node.deepCopy();
        if (copy instanceof ObjectNode object) {
            node.properties().forEach(property -> object.set(property.getKey(), inlined(property.getValue())));
        } else if (copy instanceof ArrayNode array) {
            for (int i = 0; i < array.size(); i++) {
                array.set(i, inlined(node.get(i)));
            }
        }
        return copy;
    }
}
