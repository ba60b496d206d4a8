package io.tallystream.schema.event;

/** Field names of an event on the wire. */
final class EventFields {
    static final String TYPE = "type";
    static final String ID = "id";
    static final String TIME = "time";
    static final String USER_ID = "user_id";
    static final String ENDPOINT = "endpoint";
    static final String METHOD = "method";
    static final String STATUS = "status";
    static final String DURATION_MS = "duration_ms";
    static final String PRODUCT_ID = "product_id";
    static final String PAGE = "page";

    private EventFields() {}
}
