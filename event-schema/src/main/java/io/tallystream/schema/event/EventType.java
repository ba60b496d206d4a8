package io.tallystream.schema.event;

import java.util.Arrays;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/** The value of an event's {@code type} field. */
@SuppressWarnings("ImmutableEnumChecker") // It does not see that nobody can change its sets.
public enum EventType {
    /** A service was called. */
    API_CALL("api_call", EnumSet.of(EventField.ENDPOINT, EventField.STATUS), EventField.METHOD, EventField.DURATION_MS),
    /** A user clicked something. */
    CLICK("click", EnumSet.of(EventField.PRODUCT_ID), EventField.PAGE),
    /** A user opened a page. */
    PAGE_VIEW("page_view", EnumSet.of(EventField.PAGE)),
    /** A user had a page in view for some time. */
    DWELL("dwell", EnumSet.of(EventField.PAGE, EventField.DURATION_MS));

    private static final Map<String, EventType> BY_WIRE_NAME =
            Arrays.stream(values()).collect(Collectors.toUnmodifiableMap(EventType::wireName, Function.identity()));

    private final String wireName;
    private final Set<EventField> required;
    private final int requiredBits;
    private final Set<EventField> fields;

    /** All may have an id, a time and a user. */
    EventType(String wireName, EnumSet<EventField> required, EventField... optional) {
        this.wireName = wireName;
        this.required = Collections.unmodifiableSet(required);
        requiredBits = required.stream().mapToInt(EventField::bit).sum();
        EnumSet<EventField> all = EnumSet.of(EventField.TYPE, EventField.ID, EventField.TIME, EventField.USER_ID);
        all.addAll(required);
        all.addAll(List.of(optional));
        fields = Collections.unmodifiableSet(all);
    }

    /** The name on the wire. */
    public String wireName() {
        return wireName;
    }

    /** What an event of this type has, apart from its type, in the order of the normal form. */
    Set<EventField> required() {
        return required;
    }

    /** The bits of the same. */
    int requiredBits() {
        return requiredBits;
    }

    /** All that it may have, in the same order. */
    Set<EventField> fields() {
        return fields;
    }

    /** The type with that name on the wire, or null. */
    public static EventType ofWireName(String wireName) {
        return BY_WIRE_NAME.get(wireName);
    }
}
