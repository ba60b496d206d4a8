package io.tallystream.query.http;

import io.vertx.core.Future;
import io.vertx.core.json.Json;
import io.vertx.ext.web.RoutingContext;

/** Sends a value as JSON. */
final class JsonResponse {
    private JsonResponse() {}

    static void send(RoutingContext context, Object value) {
        send(context, 200, value);
    }

    static void send(RoutingContext context, int status, Object value) {
        ignore(context.response()
                .setStatusCode(status)
                .putHeader("Content-Type", MediaTypes.JSON)
                .putHeader("Cache-Control", "no-store")
                .putHeader("Vary", "Accept")
                .end(Json.encodeToBuffer(value)));
    }

    /** Sends a page made for this answer. */
    static void sendPage(RoutingContext context, String html) {
        ignore(context.response()
                .putHeader("Content-Type", MediaTypes.HTML + "; charset=utf-8")
                .putHeader("Cache-Control", "no-store")
                .putHeader("Vary", "Accept")
                .end(html));
    }

    static void ignore(Future<Void> sent) {
        sent.onFailure(gone -> {
            // The client went away; there is nobody to tell.
        });
    }
}
