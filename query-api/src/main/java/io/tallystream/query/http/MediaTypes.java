package io.tallystream.query.http;

/** The forms in which answers come. */
final class MediaTypes {
    static final String JSON = "application/json";
    static final String CSV = "text/csv";
    static final String EVENTS = "text/event-stream";

    private MediaTypes() {}
}
