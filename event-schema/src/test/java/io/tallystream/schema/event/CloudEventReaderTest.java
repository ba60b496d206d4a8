package io.tallystream.schema.event;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.tallystream.schema.event.EventReading.Invalid;
import io.tallystream.schema.event.EventReading.Valid;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CloudEventReaderTest {
    private static final String CALL =
            "\"data\":{\"endpoint\":\"/a\",\"status\":200,\"user_id\":\"u\",\"duration_ms\":7}";

    private final CloudEventReader reader = new CloudEventReader();

    @Test
    void shouldReadItsAttributesAndItsData() throws IOException {
        assertThat(read("""
                {%s,"specversion":"1.0","type":"io.tallystream.api_call","source":"/shop","id":"e1","subject":"s","x":[{}],
                 "time":"2026-11-20T10:15:31Z","datacontenttype":"application/json; charset=utf-8","dataschema":null}
                """.formatted(CALL)))
                .isEqualTo(new Valid(Event.ApiCall.of("/a", CallStatus.ofCode(200))
                        .with("/shop e1", Instant.parse("2026-11-20T10:15:31Z"))
                        .withUser("u")
                        .withDuration(7L)));
    }

    @Test
    void shouldNotCareForTypeIdAndTimeOfTheData() throws IOException {
        assertThat(read("""
                {"specversion":"1.0","type":"click","source":"s","id":"1",
                 "data":{"type":"dwell","id":"other","time":"nonsense","product_id":"p"}}
                """)).isEqualTo(new Valid(new Event.Click("s 1", null, null, "p", null)));
    }

    @Test
    void shouldReadBinaryMode() {
        Map<String, String> attributes = attributes();

        assertThat(reader.read(attributes, bytes("{\"product_id\":\"p\"}")))
                .isEqualTo(new Valid(new Event.Click("s 1", Instant.parse("2026-11-20T10:15:31Z"), null, "p", null)));

        assertInvalid(reader.read(attributes, bytes("{} {}")), null, "malformed");
        assertInvalid(reader.read(attributes, bytes("{")), null, "malformed");
        assertInvalid(reader.read(attributes, bytes("")), "data", "invalid");
        assertInvalid(reader.read(attributes, bytes("7")), "data", "invalid");
        assertInvalid(reader.read(attributes, bytes("{}")), "product_id", "missing");
        attributes.put("time", "yesterday");
        assertInvalid(reader.read(attributes, bytes("{\"product_id\":\"p\"}")), "time", "invalid");
    }

    @ParameterizedTest
    @CsvSource(delimiterString = " | ", nullValues = "-", textBlock = """
            "source":"s","id":"1"                                    | specversion     | missing
            "specversion":"0.3","source":"s","id":"1"                | specversion     | invalid
            "specversion":1.0,"source":"s","id":"1"                  | specversion     | invalid
            "specversion":"1.0","id":"1"                             | source          | missing
            "specversion":"1.0","source":"","id":"1"                 | source          | invalid
            "specversion":"1.0","source":"s"                         | id              | missing
            "specversion":"1.0","source":"s","id":7                  | id              | invalid
            "specversion":"1.0","source":"s","id":"1","id":"1"       | id              | repeated
            "specversion":"1.0","source":"s","id":"1","time":5       | time            | invalid
            "specversion":"1.0","source":"s","id":"1","type":"other" | type            | repeated
            "specversion":"1.0","source":"s","id":"1","datacontenttype":"text/xml" | datacontenttype | invalid
            "specversion":"1.0","source":"s","id":"1","data_base64":"e30=" | data_base64 | invalid
            """)
    void shouldNameTheAttributeAtFault(String attributes, String field, String code) throws IOException {
        assertInvalid(read("{\"type\":\"api_call\"," + attributes + "," + CALL + "}"), field, code);
    }

    @Test
    void shouldNameTheFieldOfTheDataAtFaultAndTheIdThatTheProducerKnows() throws IOException {
        String envelope = "{\"specversion\":\"1.0\",\"type\":\"%s\",\"source\":\"s\",\"id\":\"e1\"%s}";

        assertThat(read(envelope.formatted("api_call", ",\"data\":{\"endpoint\":\"/a\"}")))
                .isEqualTo(new Invalid("e1", "status", "missing", "status is required"));
        assertInvalid(read(envelope.formatted("com.example.other", ",\"data\":{}")), "type", "invalid");
        assertInvalid(read(envelope.formatted("click", "")), "data", "missing");
        assertInvalid(read(envelope.formatted("click", ",\"data\":[]")), "data", "invalid");
        assertInvalid(
                read("{\"specversion\":\"1.0\",\"type\":\"click\",\"source\":\"" + "s".repeat(200) + "\",\"id\":\""
                        + "i".repeat(100) + "\",\"data\":{\"product_id\":\"p\"}}"),
                "id",
                "too_long");
    }

    private static Map<String, String> attributes() {
        return new HashMap<>(Map.of(
                "specversion", "1.0",
                "type", "io.tallystream.click",
                "source", "s",
                "id", "1",
                "time", "2026-11-20T10:15:31Z",
                "traceparent", "00-1-2"));
    }

    private EventReading read(String json) throws IOException {
        try (JsonParser parser = new EventReader().parser(bytes(json))) {
            assertThat(parser.nextToken()).isEqualTo(JsonToken.START_OBJECT);
            EventReading reading = reader.readNext(parser);
            assertThat(parser.currentToken()).isEqualTo(JsonToken.END_OBJECT);
            assertThat(parser.nextToken()).isNull();
            return reading;
        }
    }

    private static void assertInvalid(EventReading reading, String field, String code) {
        assertThat(reading).isInstanceOfSatisfying(Invalid.class, invalid -> {
            assertThat(invalid.field()).isEqualTo(field);
            assertThat(invalid.code()).isEqualTo(code);
        });
    }

    private static byte[] bytes(String json) {
        return json.getBytes(StandardCharsets.UTF_8);
    }
}
