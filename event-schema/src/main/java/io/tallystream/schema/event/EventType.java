package io.tallystream.schema.event;

import java.util.Arrays;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/** The value of an event's {@code type} field. */
public enum EventType {
    /** A service was called. */
    API_CALL("api_call"),
    /** A user clicked something. */
    CLICK("click"),
    /** A user opened a page. */
    PAGE_VIEW("page_view"),
    /** A user had a page in view for some time. */
    DWELL("dwell");

    private static final Map<String, EventType> BY_WIRE_NAME =
            Arrays.stream(values()).collect(Collectors.toUnmodifiableMap(EventType::wireName, Function.identity()));

    private final String wireName;

    EventType(String wireName) {
        this.wireName = wireName;
    }

    /** The name on the wire. */
    public String wireName() {
        return wireName;
    }

    /** The type with that name on the wire, or null. */
    public static EventType ofWireName(String wireName) {
        return BY_WIRE_NAME.get(wireName);
    }
}
