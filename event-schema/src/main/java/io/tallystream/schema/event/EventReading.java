package io.tallystream.schema.event;

/** What came of reading one event. */
public sealed interface EventReading {
    /** It keeps the contract. */
    record Valid(Event event) implements EventReading {}

    /**
     * It does not.
     *
     * @param id the id it gave, or null if none was readable
     * @param field the field at fault, or null if it is the whole value
     * @param code stable, for programs: {@code malformed}, {@code missing}, {@code invalid}, {@code too_long} or
     *     {@code repeated}
     * @param detail for people; never contains what was sent
     */
    record Invalid(String id, String field, String code, String detail) implements EventReading {}
}
