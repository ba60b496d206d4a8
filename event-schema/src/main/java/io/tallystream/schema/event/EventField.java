package io.tallystream.schema.event;

import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/** A field of an event on the wire. The normal form has them in this order. */
enum EventField {
    TYPE(Kind.TYPE),
    ID(Kind.TEXT),
    TIME(Kind.TIME),
    USER_ID(Kind.TEXT),
    ENDPOINT(Kind.TEXT),
    METHOD(Kind.TEXT),
    STATUS(Kind.STATUS),
    PRODUCT_ID(Kind.TEXT),
    PAGE(Kind.TEXT),
    DURATION_MS(Kind.DURATION);

    /** What its values are. */
    enum Kind {
        TYPE,
        TEXT,
        TIME,
        STATUS,
        DURATION
    }

    private static final Map<String, EventField> BY_WIRE_NAME =
            Arrays.stream(values()).collect(Collectors.toUnmodifiableMap(EventField::wireName, Function.identity()));

    private final Kind kind;
    private final String wireName = name().toLowerCase(Locale.ROOT);

    EventField(Kind kind) {
        this.kind = kind;
    }

    Kind kind() {
        return kind;
    }

    String wireName() {
        return wireName;
    }

    /** Its place among all. */
    @SuppressWarnings("EnumOrdinal") // Of this run only.
    int index() {
        return ordinal();
    }

    /** A bit that no other has. */
    int bit() {
        return 1 << index();
    }

    /** The field with that name on the wire, or null. */
    static EventField ofWireName(String wireName) {
        return BY_WIRE_NAME.get(wireName);
    }
}
