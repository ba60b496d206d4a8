package io.tallystream.schema.event;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.tallystream.schema.event.EventReading.Invalid;
import io.tallystream.schema.event.EventReading.Valid;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * The fields of one event while it is read. Remembers the first thing that is wrong and goes on, so that the reader always
 * reaches the end of the object.
 */
final class EventDraft {
    static final Instant LATEST_TIME = Instant.parse("9999-12-31T23:59:59.999Z");

    private static final BigDecimal MAX_DURATION = BigDecimal.valueOf(Event.MAX_DURATION_MS);

    private final EventType only;
    private final Set<String> seen = new HashSet<>();
    private final Map<EventField, String> texts = new EnumMap<>(EventField.class);
    private String type;
    private Instant time;
    private CallStatus status;
    private Long durationMs;
    private Fault fault;

    EventDraft() {
        this(null);
    }

    /** @param only the type that it has to be of, also if it does not say so; null for any */
    EventDraft(EventType only) {
        this.only = only;
    }

    private record Fault(String field, String code, String detail) {}

    /** Takes the field's value, at which the parser stands. */
    void take(String field, JsonParser parser) throws IOException {
        EventField known = EventField.ofWireName(field);
        // Unknown fields are ignored, so that producers may carry more than we count.
        if (known != null && parser.currentToken() != JsonToken.VALUE_NULL) {
            take(known, parser);
        }
    }

    private void take(EventField field, JsonParser parser) throws IOException {
        String name = field.wireName();
        switch (field.kind()) {
            case TYPE -> type = text(name, parser, type);
            case TEXT -> texts.put(field, text(name, parser, texts.get(field)));
            case TIME -> time = first(name) ? time(parser) : time;
            case STATUS -> status = first(name) ? status(parser) : status;
            case DURATION -> durationMs = first(name) ? duration(parser) : durationMs;
        }
    }

    EventReading finish() {
        EventType kind = type == null ? only : EventType.ofWireName(type);
        if (type == null && only == null) {
            missing(EventField.TYPE.wireName());
        } else if (only != null && kind != only) {
            fault(EventField.TYPE.wireName(), "invalid", "must be " + only.wireName());
        } else if (kind == null) {
            fault(EventField.TYPE.wireName(), "invalid", "must be api_call, click, page_view or dwell");
        } else {
            kind.required().forEach(field -> require(field.wireName(), value(field)));
        }
        return fault == null
                ? new Valid(build(kind))
                : new Invalid(texts.get(EventField.ID), fault.field(), fault.code(), fault.detail());
    }

    private Object value(EventField field) {
        return switch (field.kind()) {
            case TYPE -> type;
            case TEXT -> texts.get(field);
            case TIME -> time;
            case STATUS -> status;
            case DURATION -> durationMs;
        };
    }

    private Event build(EventType kind) {
        String id = texts.get(EventField.ID);
        String userId = texts.get(EventField.USER_ID);
        String page = texts.get(EventField.PAGE);
        return switch (kind) {
            case API_CALL ->
                new Event.ApiCall(
                        id,
                        time,
                        userId,
                        texts.get(EventField.ENDPOINT),
                        texts.get(EventField.METHOD),
                        status,
                        durationMs);
            case CLICK -> new Event.Click(id, time, userId, texts.get(EventField.PRODUCT_ID), page);
            case PAGE_VIEW -> new Event.PageView(id, time, userId, page);
            case DWELL -> new Event.Dwell(id, time, userId, page, durationMs);
        };
    }

    /** Takes the type, read already. */
    void type(String read) {
        type = read;
    }

    /** Takes the id, made of what was read already. */
    void id(String made) {
        texts.put(EventField.ID, text(EventField.ID.wireName(), made));
    }

    /** Takes a time that did not come as JSON. */
    void takeTime(String text) {
        time = first(EventField.TIME.wireName()) ? inRange(parseTime(text)) : time;
    }

    /**
     * The text at which the parser stands; null if it is none that a field may have, and what it was before if it comes
     * again.
     */
    String text(String field, JsonParser parser, String before) throws IOException {
        if (!first(field)) {
            return before;
        }
        if (parser.currentToken() != JsonToken.VALUE_STRING) {
            return fault(field, "invalid", "must be a string");
        }
        return text(field, parser.getText());
    }

    /** The text; null if it is none that a field may have. */
    String text(String field, String text) {
        if (text.isEmpty()) {
            return fault(field, "invalid", "must not be empty");
        }
        if (text.codePointCount(0, text.length()) > Event.MAX_STRING_LENGTH) {
            return fault(field, "too_long", "must have at most " + Event.MAX_STRING_LENGTH + " characters");
        }
        return text.codePoints().allMatch(EventDraft::isAllowed)
                ? text
                : fault(field, "invalid", "must be valid Unicode without control characters");
    }

    private static boolean isAllowed(int codePoint) {
        int category = Character.getType(codePoint);
        return category != Character.CONTROL && category != Character.SURROGATE;
    }

    private CallStatus status(JsonParser parser) throws IOException {
        CallStatus read = switch (parser.currentToken()) {
            case VALUE_STRING -> CallStatus.parse(parser.getText());
            case VALUE_NUMBER_INT -> CallStatus.ofCode(isInt(parser) ? parser.getIntValue() : -1);
            default -> null;
        };
        return read != null
                ? read
                : fault(
                        EventField.STATUS.wireName(),
                        "invalid",
                        "must be success, error or an HTTP status code from 100 to 599");
    }

    private static boolean isInt(JsonParser parser) throws IOException {
        return parser.getNumberType() == JsonParser.NumberType.INT;
    }

    private Instant time(JsonParser parser) throws IOException {
        Instant read = switch (parser.currentToken()) {
            case VALUE_STRING -> parseTime(parser.getText());
            case VALUE_NUMBER_INT ->
                parser.getNumberType() == JsonParser.NumberType.BIG_INTEGER
                        ? null
                        : Instant.ofEpochMilli(parser.getLongValue());
            default -> null;
        };
        return inRange(read);
    }

    private Instant inRange(Instant read) {
        boolean inRange = read != null && !read.isBefore(Instant.EPOCH) && !read.isAfter(LATEST_TIME);
        return inRange
                ? read
                : fault(
                        EventField.TIME.wireName(),
                        "invalid",
                        "must be RFC 3339 with an offset, or epoch milliseconds, from 1970 to 9999");
    }

    private static Instant parseTime(String text) {
        try {
            return OffsetDateTime.parse(text).toInstant().truncatedTo(ChronoUnit.MILLIS);
        } catch (DateTimeException e) {
            return null;
        }
    }

    private Long duration(JsonParser parser) throws IOException {
        BigDecimal value = parser.currentToken().isNumeric() ? decimal(parser) : null;
        // Compared before rounding: to round 1e999999999 would be to build a billion digits.
        if (value != null && value.signum() >= 0 && value.compareTo(MAX_DURATION) <= 0) {
            return roundedToMillis(value);
        }
        return fault(
                EventField.DURATION_MS.wireName(), "invalid", "must be a number from 0 to " + Event.MAX_DURATION_MS);
    }

    private static BigDecimal decimal(JsonParser parser) throws IOException {
        try {
            return parser.getDecimalValue();
        } catch (NumberFormatException e) {
            // Its exponent does not fit an int.
            return null;
        }
    }

    private static long roundedToMillis(BigDecimal value) {
        boolean belowATenth = value.precision() < value.scale();
        if (belowATenth) {
            // So would be to round 1e-999999999.
            return 0;
        }
        return value.setScale(0, RoundingMode.HALF_UP).longValueExact();
    }

    private boolean first(String field) {
        if (seen.add(field)) {
            return true;
        }
        fault(field, "repeated", "is given more than once");
        return false;
    }

    void require(String field, Object value) {
        if (value == null) {
            missing(field);
        }
    }

    private void missing(String field) {
        fault(field, "missing", "is required");
    }

    // Always null, so it is of every type.
    @SuppressWarnings("TypeParameterUnusedInFormals")
    <T> T fault(String field, String code, String rule) {
        if (fault == null) {
            fault = new Fault(field, code, field + " " + rule);
        }
        return null;
    }
}
