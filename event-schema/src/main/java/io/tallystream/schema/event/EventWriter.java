package io.tallystream.schema.event;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;

/**
 * Writes events in their one normal form: fields in a fixed order, absent ones left out. Makes no objects but the result. For one
 * thread.
 */
public final class EventWriter {
    // More than any event takes: each character has four bytes at most, and nothing that is no text is as long as the
    // longest one.
    private static final int MAX_BYTES = 4 * Event.MAX_STRING_LENGTH * EventField.values().length;
    private static final int DECIMAL = 10;

    private static final byte[] SUCCESS = ascii(CallStatus.SUCCESS.value());
    private static final byte[] ERROR = ascii(CallStatus.ERROR.value());

    private static final Map<EventType, byte[]> TYPES = new EnumMap<>(EventType.class);
    private static final Map<EventType, EventField[]> FIELDS = new EnumMap<>(EventType.class);
    // By the index of the field.
    private static final byte[][] NAMES =
            Arrays.stream(EventField.values()).map(EventWriter::name).toArray(byte[][]::new);

    static {
        for (EventType type : EventType.values()) {
            TYPES.put(type, ascii(type.wireName()));
            FIELDS.put(type, type.fields().toArray(EventField[]::new));
        }
    }

    private final byte[] out = new byte[MAX_BYTES];
    private final EventView shown = new EventView();
    private boolean plain;
    private int at;

    /** The event as UTF-8 JSON; {@link EventReader} reads an equal event from it. */
    public byte[] write(Event event) {
        shown.show(event);
        return write(shown);
    }

    /** The event in a view, likewise. */
    public byte[] write(EventView event) {
        at = 0;
        plain = event.isPlain();
        for (EventField field : FIELDS.get(event.type())) {
            write(field, event);
        }
        out[at++] = '}';
        return Arrays.copyOf(out, at);
    }

    private void write(EventField field, EventView event) {
        byte[] name = NAMES[field.index()];
        switch (field.kind()) {
            case TYPE -> type(name, event.type());
            case TEXT -> text(name, event.text(field));
            case TIME -> number(name, event.timeMillis());
            case STATUS -> status(name, event.statusCode());
            case DURATION -> number(name, event.durationMillis());
        }
    }

    private void type(byte[] name, EventType value) {
        put(name);
        put(TYPES.get(value));
        out[at++] = '"';
    }

    private void text(byte[] name, Utf8Slice value) {
        if (!value.isPresent()) {
            return;
        }
        put(name);
        if (plain) {
            System.arraycopy(value.array(), value.from(), out, at, value.length());
            at += value.length();
        } else {
            putEscaped(value);
        }
        out[at++] = '"';
    }

    // Of what JSON makes escape, events have no control characters.
    private void putEscaped(Utf8Slice value) {
        byte[] bytes = value.array();
        for (int i = value.from(); i < value.to(); i++) {
            if (bytes[i] == '"' || bytes[i] == '\\') {
                out[at++] = '\\';
            }
            out[at++] = bytes[i];
        }
    }

    private void status(byte[] name, int code) {
        put(name);
        if (code == CallStatus.SUCCESS.code()) {
            put(SUCCESS);
        } else if (code == CallStatus.ERROR.code()) {
            put(ERROR);
        } else {
            digits(code);
        }
        out[at++] = '"';
    }

    private void number(byte[] name, long value) {
        if (value != EventView.ABSENT) {
            put(name);
            digits(value);
        }
    }

    private void digits(long value) {
        int length = 1;
        for (long rest = value / DECIMAL; rest > 0; rest /= DECIMAL) {
            length++;
        }
        at += length;
        long rest = value;
        for (int i = 1; i <= length; i++) {
            out[at - i] = (byte) ('0' + rest % DECIMAL);
            rest /= DECIMAL;
        }
    }

    private void put(byte[] bytes) {
        System.arraycopy(bytes, 0, out, at, bytes.length);
        at += bytes.length;
    }

    /** What comes before the value: the type is the first field. */
    private static byte[] name(EventField field) {
        String separator = field == EventField.TYPE ? "{" : ",";
        String quote = switch (field.kind()) {
            case TYPE, TEXT, STATUS -> "\"";
            case TIME, DURATION -> "";
        };
        return ascii(separator + '"' + field.wireName() + "\":" + quote);
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
