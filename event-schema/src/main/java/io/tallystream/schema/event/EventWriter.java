package io.tallystream.schema.event;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;

/** Writes events in their one normal form: fields in a fixed order, absent ones left out. Stateless and thread-safe. */
public final class EventWriter {
    private static final int TYPICAL_SIZE = 256;
    private static final JsonFactory JSON = new JsonFactoryBuilder()
            .enable(JsonWriteFeature.COMBINE_UNICODE_SURROGATES_IN_UTF8)
            .build();

    /** The event as UTF-8 JSON; {@link EventReader} reads an equal event from it. */
    public byte[] write(Event event) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(TYPICAL_SIZE);
        try (JsonGenerator json = JSON.createGenerator(out)) {
            json.writeStartObject();
            json.writeStringField(EventFields.TYPE, event.type().wireName());
            text(json, EventFields.ID, event.id());
            time(json, event.time());
            text(json, EventFields.USER_ID, event.userId());
            writeOwnFields(json, event);
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory failed", e);
        }
        return out.toByteArray();
    }

    private static void writeOwnFields(JsonGenerator json, Event event) throws IOException {
        if (event instanceof Event.ApiCall call) {
            text(json, EventFields.ENDPOINT, call.endpoint());
            text(json, EventFields.METHOD, call.method());
            text(json, EventFields.STATUS, call.status().value());
            duration(json, call.durationMs());
        } else if (event instanceof Event.Click click) {
            text(json, EventFields.PRODUCT_ID, click.productId());
            text(json, EventFields.PAGE, click.page());
        } else if (event instanceof Event.PageView view) {
            text(json, EventFields.PAGE, view.page());
        } else if (event instanceof Event.Dwell dwell) {
            text(json, EventFields.PAGE, dwell.page());
            duration(json, dwell.durationMs());
        }
    }

    private static void text(JsonGenerator json, String field, String value) throws IOException {
        if (value != null) {
            json.writeStringField(field, value);
        }
    }

    private static void time(JsonGenerator json, Instant value) throws IOException {
        if (value != null) {
            json.writeNumberField(EventFields.TIME, value.toEpochMilli());
        }
    }

    private static void duration(JsonGenerator json, Long millis) throws IOException {
        if (millis != null) {
            json.writeNumberField(EventFields.DURATION_MS, millis);
        }
    }
}
