package io.tallystream.schema.event;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.Map;

/**
 * Reads events from CloudEvents 1.0. Stateless and thread-safe.
 *
 * <p>{@code type} is one of ours, with or without {@value #TYPE_PREFIX} before it. {@code time} is the event's. The id is
 * {@code source}, a space and {@code id}, since it is both together that are unique by the specification. All other fields
 * are those of {@code data}, an object, whose own {@code type}, {@code id} and {@code time} do not matter. {@code subject}
 * and all other attributes are ignored.
 */
public final class CloudEventReader {
    /** What may stand before our types. */
    public static final String TYPE_PREFIX = "io.tallystream.";

    /**
     * Reads the event at which the parser stands, in structured mode, and leaves the parser at that object's end, also when
     * the event is invalid.
     *
     * @param parser at a {@link JsonToken#START_OBJECT}
     * @throws IOException when the text is not JSON; the rest of it cannot be read then
     */
    public EventReading readNext(JsonParser parser) throws IOException {
        CloudEventDraft draft = new CloudEventDraft();
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String attribute = parser.currentName();
            parser.nextToken();
            draft.take(attribute, parser);
            parser.skipChildren();
        }
        return draft.finish();
    }

    /**
     * Reads an event in binary mode.
     *
     * @param attributes by their names in lower case, without {@code ce-}
     * @param data the body, UTF-8
     */
    public EventReading read(Map<String, String> attributes, byte[] data) {
        CloudEventDraft draft = new CloudEventDraft();
        attributes.forEach(draft::take);
        try (JsonParser parser = new EventReader().parser(data)) {
            parser.nextToken();
            draft.takeData(parser);
            if (parser.currentToken() != null && parser.nextToken() != null) {
                return malformed("has something after the JSON value");
            }
        } catch (IOException e) {
            return malformed("is not valid JSON");
        }
        return draft.finish();
    }

    private static EventReading malformed(String detail) {
        return new EventReading.Invalid(null, null, "malformed", "the event's data " + detail);
    }
}
