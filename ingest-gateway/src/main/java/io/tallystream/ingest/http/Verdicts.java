package io.tallystream.ingest.http;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.tallystream.ingest.intake.EventBatch;
import io.tallystream.ingest.intake.EventBatch.Rejection;
import io.tallystream.runtime.http.Problem;
import io.tallystream.runtime.http.ProblemException;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What is answered about the events of a request, and counted of those that were rejected. For one event loop. */
public final class Verdicts {
    private static final Logger LOGGER = LoggerFactory.getLogger(Verdicts.class);
    private static final String IDS = "ids";
    private static final int BYTES_BESIDE_IDS = 128;
    private static final int BYTES_OF_AN_ID = 32;

    private final MeterRegistry meters;
    private final Counter rejected;
    private final Map<String, Counter> rejectedBy = new HashMap<>();

    /** Counts there. */
    public Verdicts(MeterRegistry meters) {
        this.meters = meters;
        rejected = Publication.counter(meters, "rejected");
    }

    /** @throws ProblemException if no event of the batch is accepted; 422 */
    void requireAnyAccepted(EventBatch batch) {
        rejected.increment(batch.rejections().size());
        for (Rejection rejection : batch.rejections()) {
            rejectedBy
                    .computeIfAbsent(rejection.reason().code(), this::rejections)
                    .increment();
        }
        if (batch.records().isEmpty()) {
            String detail = batch.rejections().isEmpty()
                    ? "the body holds no event"
                    : batch.rejections().get(0).reason().detail();
            throw new ProblemException(
                    new Problem(422, "nothing-valid", "No valid event", detail, Map.of("items", items(batch))));
        }
    }

    // Codes are ours, and few.
    private Counter rejections(String code) {
        return Counter.builder("tallystream.ingest.rejections")
                .description("Events that were rejected, by the code of the reason")
                .tag("reason", code)
                .register(meters);
    }

    /** Answers 202. */
    static void answer(RoutingContext context, EventBatch batch) {
        if (context.response().headWritten() || context.response().closed()) {
            LOGGER.debug("the client did not wait for its answer");
            return;
        }
        context.response()
                .setStatusCode(202)
                .putHeader("Content-Type", "application/json")
                .end(body(batch))
                .onFailure(gone -> LOGGER.debug("the client did not wait for its answer"));
    }

    private static Buffer body(EventBatch batch) {
        List<byte[]> ids = batch.assignedIds();
        Buffer body = Buffer.buffer(BYTES_BESIDE_IDS + BYTES_OF_AN_ID * ids.size())
                .appendString("{\"accepted\":")
                .appendString(Integer.toString(batch.records().size()))
                .appendString(",\"rejected\":")
                .appendString(Integer.toString(batch.rejections().size()))
                .appendString(",\"items\":")
                .appendString(batch.rejections().isEmpty() ? "[]" : items(batch).encode());
        String before = ",\"" + IDS + "\":[\"";
        for (byte[] id : ids) {
            body.appendString(before).appendBytes(id);
            before = "\",\"";
        }
        return body.appendString(ids.isEmpty() ? "}" : "\"]}");
    }

    /**
     * A member for a problem: under {@code ids} those given to the accepted events that had none, in their order; nothing if
     * all had.
     */
    static Map<String, Object> assignedIds(EventBatch batch) {
        JsonArray ids = new JsonArray();
        batch.assignedIds().forEach(id -> ids.add(new String(id, StandardCharsets.US_ASCII)));
        return ids.isEmpty() ? Map.of() : Map.of(IDS, ids);
    }

    private static JsonArray items(EventBatch batch) {
        JsonArray items = new JsonArray();
        for (Rejection rejection : batch.rejections()) {
            JsonObject item = new JsonObject().put("index", rejection.index());
            putIfKnown(item, "id", rejection.reason().id());
            putIfKnown(item, "field", rejection.reason().field());
            item.put("code", rejection.reason().code())
                    .put("detail", rejection.reason().detail());
            items.add(item);
        }
        return items;
    }

    private static void putIfKnown(JsonObject item, String name, String value) {
        if (value != null) {
            item.put(name, value);
        }
    }
}
