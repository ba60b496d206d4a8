package io.tallystream.schema.event;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.tallystream.schema.event.EventReading.Invalid;
import java.io.IOException;
import java.util.Set;

/** The attributes and the data of one CloudEvent while it is read. */
final class CloudEventDraft {
    private static final String TYPE = "type";
    private static final String ID = "id";
    private static final String TIME = "time";
    private static final String SPEC_VERSION = "specversion";
    private static final String SOURCE = "source";
    private static final String DATA = "data";
    private static final String DATA_BASE64 = "data_base64";
    private static final String DATA_CONTENT_TYPE = "datacontenttype";
    private static final String VERSION = "1.0";
    private static final Set<String> OF_THE_ENVELOPE = Set.of(TYPE, ID, TIME);

    private final EventDraft event = new EventDraft();
    private String version;
    private String source;
    private String id;
    private boolean hasData;

    /** Takes the attribute's value, at which the parser stands. */
    void take(String attribute, JsonParser parser) throws IOException {
        if (parser.currentToken() == JsonToken.VALUE_NULL) {
            return;
        }
        switch (attribute) {
            case DATA -> takeData(parser);
            case TIME -> takeTime(parser);
            case SPEC_VERSION, SOURCE, DATA_CONTENT_TYPE, ID, TYPE ->
                takeText(attribute, event.text(attribute, parser, null));
            case DATA_BASE64 -> event.fault(DATA_BASE64, "invalid", "is not taken, data has to be JSON");
            default -> {
                // Other attributes and extensions say nothing that is counted.
            }
        }
    }

    /** Takes an attribute in binary mode. */
    void take(String attribute, String value) {
        switch (attribute) {
            case TIME -> event.takeTime(value);
            case SPEC_VERSION, SOURCE, ID, TYPE -> takeText(attribute, event.text(attribute, value));
            default -> {
                // As above; the type of the data is that of the body.
            }
        }
    }

    /** Takes the fields of the object at which the parser stands, and leaves it at the end of the value. */
    void takeData(JsonParser parser) throws IOException {
        hasData = true;
        if (parser.currentToken() != JsonToken.START_OBJECT) {
            event.fault(DATA, "invalid", "must be a JSON object");
            return;
        }
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String field = parser.currentName();
            parser.nextToken();
            if (!OF_THE_ENVELOPE.contains(field)) {
                event.take(field, parser);
            }
            parser.skipChildren();
        }
    }

    private void takeTime(JsonParser parser) throws IOException {
        if (parser.currentToken() == JsonToken.VALUE_STRING) {
            event.take(TIME, parser);
        } else {
            event.fault(TIME, "invalid", "must be RFC 3339 with an offset");
        }
    }

    private void takeText(String attribute, String value) {
        if (value == null) {
            return;
        }
        switch (attribute) {
            case SPEC_VERSION -> version = value;
            case SOURCE -> source = value;
            case ID -> id = value;
            case TYPE ->
                event.type(
                        value.startsWith(CloudEventReader.TYPE_PREFIX)
                                ? value.substring(CloudEventReader.TYPE_PREFIX.length())
                                : value);
            default -> {
                String type = value.split(";", 2)[0].strip();
                if (!type.equalsIgnoreCase("application/json") && !type.endsWith("+json")) {
                    event.fault(DATA_CONTENT_TYPE, "invalid", "must be JSON");
                }
            }
        }
    }

    EventReading finish() {
        event.require(SPEC_VERSION, version);
        event.require(ID, id);
        event.require(SOURCE, source);
        if (version != null && !version.equals(VERSION)) {
            event.fault(SPEC_VERSION, "invalid", "must be " + VERSION);
        }
        if (!hasData) {
            event.require(DATA, null);
        }
        if (id != null && source != null) {
            event.id(source + " " + id);
        }
        EventReading reading = event.finish();
        // What the producer knows it by.
        return reading instanceof Invalid invalid
                ? new Invalid(id, invalid.field(), invalid.code(), invalid.detail())
                : reading;
    }
}
