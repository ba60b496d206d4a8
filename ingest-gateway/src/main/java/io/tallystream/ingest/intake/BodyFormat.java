package io.tallystream.ingest.intake;

import java.util.Locale;

/** How the events of a body are written down. */
public enum BodyFormat {
    /** One event, or an array of them. */
    JSON("application/json"),
    /** One event on each line. */
    LINES("application/x-ndjson"),
    /** One CloudEvent in structured mode. */
    CLOUD_EVENT("application/cloudevents+json"),
    /** An array of CloudEvents. */
    CLOUD_EVENTS("application/cloudevents-batch+json");

    /** The media types, as an {@code Accept} header has them. */
    public static final String MEDIA_TYPES =
            String.join(", ", JSON.mediaType, LINES.mediaType, CLOUD_EVENT.mediaType, CLOUD_EVENTS.mediaType);

    private static final String CHARSET = "charset=";

    private final String mediaType;

    BodyFormat(String mediaType) {
        this.mediaType = mediaType;
    }

    /**
     * The format that a {@code Content-Type} names.
     *
     * @param contentType may be null
     * @return null if it names none, or another charset than UTF-8
     */
    public static BodyFormat of(String contentType) {
        if (contentType == null) {
            return null;
        }
        if (contentType.equals(JSON.mediaType)) {
            return JSON;
        }
        String[] parts = contentType.toLowerCase(Locale.ROOT).split(";", -1);
        for (int i = 1; i < parts.length; i++) {
            String parameter = parts[i].strip().replace("\"", "");
            if (parameter.startsWith(CHARSET) && !parameter.equals(CHARSET + "utf-8")) {
                return null;
            }
        }
        String type = parts[0].strip();
        for (BodyFormat format : values()) {
            if (format.mediaType.equals(type)) {
                return format;
            }
        }
        return null;
    }
}
