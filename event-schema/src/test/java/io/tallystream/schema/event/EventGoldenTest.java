package io.tallystream.schema.event;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tallystream.schema.event.EventReading.Invalid;
import io.tallystream.schema.event.EventReading.Valid;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

class EventGoldenTest {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private final EventReader reader = new EventReader();
    private final EventWriter writer = new EventWriter();

    @TestFactory
    Stream<DynamicTest> shouldReadAndWriteInNormalForm() throws IOException {
        return cases("valid")
                .map(golden -> DynamicTest.dynamicTest(golden.get("case").asText(), () -> {
                    EventReading reading = reader.read(MAPPER.writeValueAsBytes(golden.get("in")));

                    assertThat(reading).isInstanceOf(Valid.class);
                    Event event = ((Valid) reading).event();
                    byte[] written = writer.write(event);
                    assertThat(new String(written, StandardCharsets.UTF_8))
                            .isEqualTo(MAPPER.writeValueAsString(golden.get("out")));
                    assertThat(reader.read(written)).isEqualTo(new Valid(event));
                }));
    }

    @TestFactory
    Stream<DynamicTest> shouldNameTheFieldAtFault() throws IOException {
        return cases("invalid")
                .map(golden -> DynamicTest.dynamicTest(golden.get("case").asText(), () -> {
                    EventReading reading = reader.read(MAPPER.writer()
                            .with(JsonWriteFeature.ESCAPE_NON_ASCII)
                            .writeValueAsBytes(golden.get("in")));

                    assertThat(reading).isInstanceOf(Invalid.class);
                    Invalid invalid = (Invalid) reading;
                    assertThat(invalid.field()).isEqualTo(golden.get("field").asText());
                    assertThat(invalid.code()).isEqualTo(golden.get("code").asText());
                    assertThat(invalid.detail()).startsWith(invalid.field() + " ");
                    assertThat(invalid.id())
                            .isEqualTo(golden.has("id") ? golden.get("id").asText() : null);
                }));
    }

    private static Stream<JsonNode> cases(String kind) throws IOException {
        try (InputStream golden = EventGoldenTest.class.getResourceAsStream("/golden/events.json")) {
            JsonNode all = MAPPER.readTree(golden).get(kind);
            assertThat(all).isNotEmpty();
            return all.valueStream();
        }
    }
}
