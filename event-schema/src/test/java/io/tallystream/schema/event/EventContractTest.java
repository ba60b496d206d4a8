package io.tallystream.schema.event;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SchemaValidatorsConfig;
import com.networknt.schema.SpecVersion;
import io.tallystream.schema.event.EventReading.Valid;
import io.tallystream.schema.kafka.Topics;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** What we tell other producers is what we do. */
class EventContractTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String SCHEMA = "/contract/event.schema.json";
    private static final JsonSchema EVENT = JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012)
            .getSchema(
                    read(JSON, SCHEMA),
                    SchemaValidatorsConfig.builder()
                            .formatAssertionsEnabled(true)
                            .build());

    private final JsonNode asyncApi = read(new YAMLMapper(), "/contract/asyncapi.yaml");

    @TestFactory
    Stream<DynamicTest> shouldTakeEveryEventThatIsValid() {
        return golden("valid")
                .flatMap(golden -> Stream.of("in", "out")
                        .map(form -> DynamicTest.dynamicTest(
                                golden.get("case").asText() + ", " + form,
                                () -> assertThat(EVENT.validate(golden.get(form)))
                                        .isEmpty())));
    }

    @TestFactory
    Stream<DynamicTest> shouldRefuseEveryEventThatIsNot() {
        return golden("invalid")
                .map(golden -> DynamicTest.dynamicTest(
                        golden.get("case").asText(),
                        () -> assertThat(EVENT.validate(golden.get("in"))).isNotEmpty()));
    }

    @Test
    void shouldBeASchemaItself() {
        JsonSchema ofSchemas = JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012)
                .getSchema(SchemaLocation.of("https://json-schema.org/draft/2020-12/schema"));

        assertThat(ofSchemas.validate(read(JSON, SCHEMA))).isEmpty();
    }

    @Test
    void shouldKnowTheFieldsAndTypesThatTheReaderKnows() {
        JsonNode properties = read(JSON, SCHEMA).get("properties");

        assertThat(properties.fieldNames())
                .toIterable()
                .containsExactlyInAnyOrder(
                        Stream.of(EventField.values()).map(EventField::wireName).toArray(String[]::new));
        assertThat(properties.at("/type/enum").valueStream().map(JsonNode::asText))
                .containsExactly(
                        Stream.of(EventType.values()).map(EventType::wireName).toArray(String[]::new));
    }

    @Test
    void shouldTellOnWhichTopicEachTypeTravels() {
        Map<String, TreeSet<String>> told = new TreeMap<>();
        for (JsonNode channel : asyncApi.get("channels")) {
            TreeSet<String> types = new TreeSet<>();
            channel.get("messages")
                    .forEach(message -> types.add(resolve(message)
                            .at("/payload/allOf/1/properties/type/const")
                            .asText()));
            told.put(channel.get("address").asText(), types);
        }

        Map<String, TreeSet<String>> actual = new TreeMap<>();
        for (EventType type : EventType.values()) {
            actual.computeIfAbsent(Topics.of(type), topic -> new TreeSet<>()).add(type.wireName());
        }
        assertThat(told).isEqualTo(actual);
    }

    @Test
    void shouldHaveAnOperationForEachChannel() {
        assertThat(asyncApi.get("asyncapi").asText()).isEqualTo("3.0.0");
        assertThat(asyncApi.get("operations").valueStream().map(operation -> resolve(operation.get("channel"))))
                .containsExactlyInAnyOrderElementsOf(asyncApi.get("channels"));
    }

    @Test
    void shouldGiveExamplesThatCount() throws IOException {
        int examples = 0;
        for (JsonNode message : asyncApi.at("/components/messages")) {
            assertThat(resolve(message.at("/traits/0"))
                            .at("/bindings/kafka/key/type")
                            .asText())
                    .isEqualTo("string");
            assertThat(message.at("/payload/allOf/0/$ref").asText()).isEqualTo("event.schema.json");
            for (JsonNode example : message.get("examples")) {
                JsonNode payload = example.get("payload");
                assertThat(payload.get("type")).isEqualTo(message.at("/payload/allOf/1/properties/type/const"));
                assertThat(EVENT.validate(payload)).isEmpty();
                assertThat(new EventReader().read(JSON.writeValueAsBytes(payload)))
                        .isInstanceOf(Valid.class);
                examples++;
            }
        }
        assertThat(examples).isGreaterThanOrEqualTo(EventType.values().length);
    }

    private JsonNode resolve(JsonNode reference) {
        JsonNode found = asyncApi.at(reference.get("$ref").asText().substring(1));
        assertThat(found.isMissingNode()).as("%s", reference).isFalse();
        return found;
    }

    private static Stream<JsonNode> golden(String kind) {
        JsonNode cases = read(JSON, "/golden/events.json").get(kind);
        assertThat(cases).isNotEmpty();
        return cases.valueStream();
    }

    private static JsonNode read(ObjectMapper mapper, String resource) {
        try (InputStream in = EventContractTest.class.getResourceAsStream(resource)) {
            return mapper.readTree(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
