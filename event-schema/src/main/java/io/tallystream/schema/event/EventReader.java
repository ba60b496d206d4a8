package io.tallystream.schema.event;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import io.tallystream.schema.event.EventReading.Invalid;
import java.io.IOException;

/**
 * Reads events from JSON and judges them. Stateless and thread-safe.
 *
 * <p>Unknown fields are ignored and a null value is an absent one. Nothing in the input makes {@link #read} throw.
 */
public final class EventReader {
    private static final int MAX_DEPTH = 16;
    private static final int MAX_NUMBER_LENGTH = 64;
    // Not the contract's limit, which is judged per field so that the answer can name the field.
    private static final int MAX_TEXT_LENGTH = 65_536;

    private static final JsonFactory JSON = new JsonFactoryBuilder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(MAX_DEPTH)
                    .maxStringLength(MAX_TEXT_LENGTH)
                    .maxNumberLength(MAX_NUMBER_LENGTH)
                    .maxNameLength(MAX_TEXT_LENGTH)
                    .build())
            .disable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
            // Names come from outside: interned, they would stay in the JVM for ever.
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
            // Together with canonical names, which stay on, this makes it always the parser that is strict about UTF-8.
            .disable(JsonFactory.Feature.CHARSET_DETECTION)
            .build();

    /** A parser over a body with one or more events, with this class's limits on depth and length. The caller closes it. */
    public JsonParser parser(byte[] json) throws IOException {
        return JSON.createParser(json);
    }

    /**
     * Reads one event from a whole value, such as that of a Kafka record.
     *
     * @param json UTF-8, or null, which is invalid
     */
    public EventReading read(byte[] json) {
        return read(json, 0, json == null ? 0 : json.length);
    }

    /** Like {@link #read(byte[])}, of a part of an array. */
    public EventReading read(byte[] json, int offset, int length) {
        if (json == null) {
            return malformed("there is no value");
        }
        try (JsonParser parser = JSON.createParser(json, offset, length)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                return malformed("must be a JSON object");
            }
            EventReading reading = readNext(parser);
            return parser.nextToken() == null ? reading : malformed("has something after the JSON object");
        } catch (IOException e) {
            return malformed("is not valid JSON");
        }
    }

    /**
     * Reads the event at which the parser stands and leaves the parser at that object's end, also when the event is invalid.
     *
     * @param parser at a {@link JsonToken#START_OBJECT}
     * @throws IOException when the text is not JSON; the rest of it cannot be read then
     */
    public EventReading readNext(JsonParser parser) throws IOException {
        return readNext(parser, new EventDraft());
    }

    /**
     * Like {@link #readNext(JsonParser)}, of an event that is known to be of a type. It may leave its {@code type} out, but
     * not be of another.
     */
    public EventReading readNext(JsonParser parser, EventType type) throws IOException {
        return readNext(parser, new EventDraft(type));
    }

    private static EventReading readNext(JsonParser parser, EventDraft draft) throws IOException {
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String field = parser.currentName();
            parser.nextToken();
            draft.take(field, parser);
            parser.skipChildren();
        }
        return draft.finish();
    }

    private static Invalid malformed(String detail) {
        return new Invalid(null, null, "malformed", "the event " + detail);
    }
}
