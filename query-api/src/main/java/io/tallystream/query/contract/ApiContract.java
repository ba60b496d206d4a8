package io.tallystream.query.contract;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The OpenAPI file. Routes, the judgement of parameters and the page at {@code /docs} are made from it, so that what it says
 * is what is done. Immutable.
 */
public final class ApiContract {
    private static final String FILE = "/openapi.yaml";

    private final String text;
    private final JsonNode root;
    private final List<Operation> operations;

    private ApiContract(String text, JsonNode root) {
        this.text = text;
        this.root = root;
        this.operations = List.copyOf(operations(root));
    }

    /** The one in the jar. */
    public static ApiContract load() {
        try (InputStream in = ApiContract.class.getResourceAsStream(FILE)) {
            String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            return new ApiContract(text, new YAMLMapper().readTree(text));
        } catch (IOException e) {
            throw new UncheckedIOException("the OpenAPI file is not in the jar", e);
        }
    }

    /** The file. */
    public String text() {
        return text;
    }

    /** What can be asked, in the order of the file. */
    public List<Operation> operations() {
        return operations;
    }

    /** Its content. */
    JsonNode root() {
        return root;
    }

    /** What a node refers to, or itself. */
    static JsonNode resolve(JsonNode root, JsonNode node) {
        JsonNode reference = node.path("$ref");
        return reference.isMissingNode() ? node : root.at(reference.asText().substring(1));
    }

    private static List<Operation> operations(JsonNode root) {
        List<Operation> operations = new ArrayList<>();
        root.path("paths")
                .properties()
                .forEach(path -> path.getValue().properties().forEach(method -> {
                    JsonNode operation = method.getValue();
                    List<Parameter> parameters = new ArrayList<>();
                    operation
                            .path("parameters")
                            .forEach(parameter -> parameters.add(Parameter.read(resolve(root, parameter))));
                    String status = statusOf(operation);
                    List<String> types = new ArrayList<>();
                    operation
                            .path("responses")
                            .path(status)
                            .path("content")
                            .fieldNames()
                            .forEachRemaining(types::add);
                    operations.add(new Operation(
                            operation.path("operationId").asText(),
                            method.getKey().toUpperCase(Locale.ROOT),
                            path.getKey(),
                            parameters,
                            Integer.parseInt(status),
                            types));
                }));
        return operations;
    }

    /** Of the answer; all others are problems. */
    private static String statusOf(JsonNode operation) {
        List<String> good = new ArrayList<>();
        operation.path("responses").fieldNames().forEachRemaining(good::add);
        good.removeIf(status -> !status.startsWith("2"));
        if (good.size() != 1) {
            throw new IllegalArgumentException("%s needs one good answer and has %s"
                    .formatted(operation.path("operationId").asText(), good));
        }
        return good.get(0);
    }
}
