package io.tallystream.client;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;

/**
 * Something that happened, to be counted. Has an id of its own and the time at which it was made, unless it is given others,
 * so that it counts once however often it is sent. Immutable.
 *
 * <p>Texts have 256 characters at most, and no control characters; the gateway rejects others and says which.
 */
public final class Event {
    private static final String ID = "id";
    private static final String TIME = "time";

    // Texts, and whole numbers.
    private final Map<String, Object> fields;

    private Event(Map<String, Object> fields) {
        this.fields = Collections.unmodifiableMap(fields);
    }

    private static Event of(String type, String field, String value) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("type", type);
        fields.put(ID, UUID.randomUUID().toString());
        fields.put(TIME, System.currentTimeMillis());
        fields.put(field, requireNonNull(value, field));
        return new Event(fields);
    }

    private Event with(String field, Object value) {
        Map<String, Object> more = new LinkedHashMap<>(fields);
        more.put(field, requireNonNull(value, field));
        return new Event(more);
    }

    /**
     * A call of a service.
     *
     * @param endpoint its route template, such as {@code /orders/{id}}
     * @param status of HTTP, 100 to 599; up to 399 it is a success
     */
    public static Event apiCall(String endpoint, int status) {
        return of("api_call", "endpoint", endpoint).with("status", (long) status);
    }

    /** A click on something. */
    public static Event click(String productId) {
        return of("click", "product_id", productId);
    }

    /** A page that was opened, by the path of its URL. */
    public static Event pageView(String page) {
        return of("page_view", "page", page);
    }

    /** A page that was in view for some time. */
    public static Event dwell(String page, Duration visible) {
        return of("dwell", "page", page).duration(visible);
    }

    /** With who did it. */
    public Event user(String id) {
        return with("user_id", id);
    }

    /** With the method of HTTP that an endpoint was called with. */
    public Event method(String method) {
        return with("method", method);
    }

    /** With how long it took, to the millisecond. */
    public Event duration(Duration duration) {
        return with("duration_ms", duration.toMillis());
    }

    /** With the page that a click was on. */
    public Event page(String page) {
        return with("page", page);
    }

    /** With when it happened, to the millisecond. */
    public Event time(Instant time) {
        return with(TIME, time.toEpochMilli());
    }

    /** With an id of the sender's, unique among all events: the same id counts once. */
    public Event id(String id) {
        return with(ID, id);
    }

    /** Its id. */
    public String id() {
        return fields.get(ID).toString();
    }

    /** Adds it as a JSON object. */
    void writeTo(StringBuilder json) {
        char separator = '{';
        for (Map.Entry<String, Object> field : fields.entrySet()) {
            json.append(separator).append('"').append(field.getKey()).append("\":");
            if (field.getValue() instanceof Long number) {
                json.append(number.longValue());
            } else {
                quote(field.getValue().toString(), json);
            }
            separator = ',';
        }
        json.append('}');
    }

    // RFC 8259, section 7.
    private static void quote(String text, StringBuilder json) {
        json.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                json.append('\\').append(c);
            } else if (c < ' ' || isLoneSurrogate(text, i)) {
                json.append("\\u%04x".formatted((int) c));
            } else {
                json.append(c);
            }
        }
        json.append('"');
    }

    // UTF-8 has no bytes for half a character: it would become a question mark, and be counted as that.
    private static boolean isLoneSurrogate(String text, int at) {
        int whole = text.codePointAt(at);
        boolean isSecondHalf = at > 0 && Character.isSurrogatePair(text.charAt(at - 1), text.charAt(at));
        return whole >= Character.MIN_SURROGATE && whole <= Character.MAX_SURROGATE && !isSecondHalf;
    }

    /** As JSON. */
    @Override
    public String toString() {
        StringBuilder json = new StringBuilder();
        writeTo(json);
        return json.toString();
    }
}
