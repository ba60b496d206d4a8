package io.tallystream.query.stats;

import io.tallystream.query.span.Bucket;
import io.tallystream.schema.count.Granularity;
import io.vertx.core.json.JsonObject;

/** How answers name the window that they are about. */
final class WindowJson {
    private WindowJson() {}

    static void put(JsonObject json, Bucket bucket, boolean isFinal) {
        json.put("granularity", bucket.window().granularity().wireName())
                .put("window", bucket.window().label());
        if (bucket.window().granularity() != Granularity.LIFETIME) {
            json.put("from", bucket.start().toString()).put("to", bucket.end().toString());
        }
        json.put("final", isFinal);
    }
}
