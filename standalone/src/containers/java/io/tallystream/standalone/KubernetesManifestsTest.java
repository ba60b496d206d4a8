package io.tallystream.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.google.gson.JsonElement;
import com.google.gson.JsonParser;
import io.kubernetes.client.openapi.models.V1ConfigMap;
import io.kubernetes.client.openapi.models.V1Deployment;
import io.kubernetes.client.openapi.models.V1PodDisruptionBudget;
import io.kubernetes.client.openapi.models.V1Service;
import io.kubernetes.client.openapi.models.V1StatefulSet;
import io.kubernetes.client.openapi.models.V2HorizontalPodAutoscaler;
import io.tallystream.runtime.config.Setting;
import io.tallystream.runtime.config.Settings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The manifests are what Kubernetes' own API describes, and set what there is to set. */
class KubernetesManifestsTest {
    private static final Path FOLDER = Path.of("..", "deploy", "kubernetes");
    private static final String KUSTOMIZATION = "kustomization.yaml";
    private static final YAMLMapper YAML = new YAMLMapper();

    /** Refuses fields that the schema does not have, and asks for those that it requires. */
    private interface Schema {
        void validate(JsonElement json) throws IOException;
    }

    private static final Map<String, Schema> SCHEMAS = Map.of(
            "v1 ConfigMap", V1ConfigMap::validateJsonElement,
            "v1 Service", V1Service::validateJsonElement,
            "apps/v1 Deployment", V1Deployment::validateJsonElement,
            "apps/v1 StatefulSet", V1StatefulSet::validateJsonElement,
            "policy/v1 PodDisruptionBudget", V1PodDisruptionBudget::validateJsonElement,
            "autoscaling/v2 HorizontalPodAutoscaler", V2HorizontalPodAutoscaler::validateJsonElement);

    @Test
    void shouldBeAsTheApiDescribesThem() throws IOException {
        List<JsonNode> manifests = manifests();
        assertThat(manifests).hasSizeGreaterThan(10);
        for (JsonNode manifest : manifests) {
            String type = manifest.path("apiVersion").asText() + " "
                    + manifest.path("kind").asText();
            assertThat(SCHEMAS).as("no schema for %s", manifest).containsKey(type);
            SCHEMAS.get(type).validate(JsonParser.parseString(manifest.toString()));
        }
    }

    @Test
    void shouldAllBelongToAKustomization() throws IOException {
        for (String folder : List.of("base", "autoscaled")) {
            JsonNode kustomization =
                    YAML.readTree(FOLDER.resolve(folder).resolve(KUSTOMIZATION).toFile());
            Set<Path> listed = new HashSet<>();
            for (JsonNode resource : kustomization.path("resources")) {
                Path path = FOLDER.resolve(folder).resolve(resource.asText()).normalize();
                assertThat(path).exists();
                if (Files.isRegularFile(path)) {
                    listed.add(path.getFileName());
                }
            }
            try (Stream<Path> files = Files.list(FOLDER.resolve(folder))) {
                assertThat(files.map(Path::getFileName)
                                .filter(name -> !name.toString().equals(KUSTOMIZATION)))
                        .containsExactlyInAnyOrderElementsOf(listed);
            }
        }
    }

    @Test
    void shouldSetWhatThereIsToSet() throws IOException {
        Set<String> settings = Settings.all().stream().map(Setting::name).collect(Collectors.toSet());
        Set<String> set = new HashSet<>();
        for (JsonNode manifest : manifests()) {
            if (manifest.path("kind").asText().equals("ConfigMap")) {
                manifest.path("data").fieldNames().forEachRemaining(set::add);
            }
            manifest.findValues("env")
                    .forEach(variables -> variables.forEach(
                            variable -> set.add(variable.path("name").asText())));
        }

        assertThat(set).hasSizeGreaterThan(8).isSubsetOf(settings);
    }

    private static List<JsonNode> manifests() throws IOException {
        List<JsonNode> manifests = new ArrayList<>();
        try (Stream<Path> files = Files.walk(FOLDER)) {
            for (Path file : files.filter(Files::isRegularFile)
                    .filter(file -> !file.endsWith(KUSTOMIZATION))
                    .toList()) {
                try (var documents = YAML.readerFor(JsonNode.class).<JsonNode>readValues(file.toFile())) {
                    documents.forEachRemaining(manifests::add);
                }
            }
        }
        return manifests;
    }
}
