package io.tallystream.runtime.http;

import static java.util.Objects.requireNonNull;

import io.vertx.core.Future;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.json.JsonObject;
import java.util.Map;

/**
 * An error as it is answered, {@code application/problem+json} by RFC 9457.
 *
 * @param status HTTP status
 * @param code stable, for programs; the last part of the problem's {@code type}
 * @param title the kind of problem in a few words, the same for each of its code
 * @param detail what went wrong this time, for people; never holds secrets
 * @param extensions further members, as JSON values
 */
public record Problem(int status, String code, String title, String detail, Map<String, Object> extensions) {
    /** The media type. */
    public static final String MEDIA_TYPE = "application/problem+json";

    private static final String TYPE_PREFIX = "urn:tallystream:problem:";

    /** Requires all. */
    public Problem {
        requireNonNull(code, "code");
        requireNonNull(title, "title");
        requireNonNull(detail, "detail");
        extensions = Map.copyOf(extensions);
    }

    /** Without extensions. */
    public Problem(int status, String code, String title, String detail) {
        this(status, code, title, detail, Map.of());
    }

    /** The body. */
    public JsonObject toJson() {
        JsonObject json = new JsonObject()
                .put("type", TYPE_PREFIX + code)
                .put("title", title)
                .put("status", status)
                .put("detail", detail);
        extensions.forEach(json::put);
        return json;
    }

    /** Answers with it; does nothing if an answer was begun already or the client is gone. */
    public void send(HttpServerResponse response) {
        if (response.headWritten() || response.closed()) {
            return;
        }
        Future<Void> sent = response.setStatusCode(status)
                .putHeader("Content-Type", MEDIA_TYPE)
                .putHeader("Cache-Control", "no-store")
                .end(toJson().toBuffer());
        sent.onFailure(gone -> {
            // The client went away; there is nobody to tell.
        });
    }
}
