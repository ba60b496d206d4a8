package io.tallystream.query.http;

/** The forms in which answers come. */
final class MediaTypes {
    static final String JSON = "application/json";
    static final String CSV = "text/csv";
    static final String HTML = "text/html";
    static final String EVENTS = "text/event-stream";

    private MediaTypes() {}

    /** The one that a parameter {@code format} names. */
    static String ofFormat(String format) {
        return switch (format) {
            case "csv" -> CSV;
            case "html" -> HTML;
            default -> JSON;
        };
    }
}
