package io.tallystream.schema.event;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;

/**
 * Writes the event in a view in its normal form, byte for byte as {@link EventWriter} does, without making objects but the
 * result. For one thread.
 */
public final class EventViewWriter {
    // More than any event takes: four texts at most, each of four bytes a character.
    private static final int MAX_BYTES = 4 * 4 * Event.MAX_STRING_LENGTH + 512;
    private static final int DECIMAL = 10;

    private static final byte[] TYPE = ascii("{\"" + EventFields.TYPE + "\":\"");
    private static final byte[] ID = textField(EventFields.ID);
    private static final byte[] TIME = numberField(EventFields.TIME);
    private static final byte[] USER_ID = textField(EventFields.USER_ID);
    private static final byte[] ENDPOINT = textField(EventFields.ENDPOINT);
    private static final byte[] METHOD = textField(EventFields.METHOD);
    private static final byte[] STATUS = textField(EventFields.STATUS);
    private static final byte[] DURATION_MS = numberField(EventFields.DURATION_MS);
    private static final byte[] PRODUCT_ID = textField(EventFields.PRODUCT_ID);
    private static final byte[] PAGE = textField(EventFields.PAGE);

    private static final Map<EventType, byte[]> TYPES = new EnumMap<>(EventType.class);
    private static final byte[] SUCCESS = ascii(CallStatus.SUCCESS.value());
    private static final byte[] ERROR = ascii(CallStatus.ERROR.value());

    static {
        for (EventType type : EventType.values()) {
            TYPES.put(type, ascii(type.wireName()));
        }
    }

    private final byte[] out = new byte[MAX_BYTES];
    private boolean plain;
    private int at;

    /** The event as UTF-8 JSON; {@link EventReader} reads an equal event from it. */
    public byte[] write(EventView event) {
        at = 0;
        plain = event.isPlain();
        put(TYPE);
        put(TYPES.get(event.type()));
        out[at++] = '"';
        text(ID, event.id());
        number(TIME, event.timeMillis());
        text(USER_ID, event.userId());
        switch (event.type()) {
            case API_CALL -> {
                text(ENDPOINT, event.endpoint());
                text(METHOD, event.method());
                status(event.statusCode());
                number(DURATION_MS, event.durationMillis());
            }
            case CLICK -> {
                text(PRODUCT_ID, event.productId());
                text(PAGE, event.page());
            }
            case PAGE_VIEW -> text(PAGE, event.page());
            case DWELL -> {
                text(PAGE, event.page());
                number(DURATION_MS, event.durationMillis());
            }
        }
        out[at++] = '}';
        return Arrays.copyOf(out, at);
    }

    private void text(byte[] field, Utf8Slice value) {
        if (!value.isPresent()) {
            return;
        }
        put(field);
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

    private void status(int code) {
        put(STATUS);
        if (code == CallStatus.SUCCESS.code()) {
            put(SUCCESS);
        } else if (code == CallStatus.ERROR.code()) {
            put(ERROR);
        } else {
            digits(code);
        }
        out[at++] = '"';
    }

    private void number(byte[] field, long value) {
        if (value != EventView.ABSENT) {
            put(field);
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

    private static byte[] textField(String name) {
        return ascii(",\"" + name + "\":\"");
    }

    private static byte[] numberField(String name) {
        return ascii(",\"" + name + "\":");
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
