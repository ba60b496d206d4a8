package io.tallystream.query.http;

import io.tallystream.query.export.CsvLine;
import io.tallystream.query.export.Table;
import io.tallystream.query.export.TableNote;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Sends a table as CSV, a page at a time and no faster than the client takes it. A failure before the first page is answered
 * as one; later it breaks the connection, so that half a table does not look like a whole one.
 */
final class CsvResponse {
    private final RoutingContext context;
    private final HttpServerResponse response;
    private final Table table;
    private final String fileName;
    private volatile TableNote note;

    CsvResponse(RoutingContext context, Table table, String fileName) {
        this.context = context;
        this.response = context.response();
        this.table = table;
        this.fileName = fileName;
    }

    void send() {
        CompletionStage<List<List<Object>>> page = table.pages().get();
        Future.fromCompletionStage(
                        response.headWritten() ? page : page.thenCompose(this::noted),
                        context.vertx().getOrCreateContext())
                .onSuccess(this::write)
                .onFailure(failure -> context.fail(Refusals.asProblem(failure)));
    }

    /** Asked behind the first page, as it tells of what was read. */
    private CompletionStage<List<List<Object>>> noted(List<List<Object>> firstPage) {
        return table.note()
                .map(asked -> asked.get().thenApply(found -> {
                    note = found;
                    return firstPage;
                }))
                .orElseGet(() -> CompletableFuture.completedFuture(firstPage));
    }

    private void write(List<List<Object>> page) {
        if (response.closed()) {
            return;
        }
        Buffer lines = Buffer.buffer();
        if (!response.headWritten()) {
            response.putHeader("Content-Type", MediaTypes.CSV + "; charset=utf-8; header=present")
                    .putHeader("Content-Disposition", "attachment; filename=\"" + fileName + ".csv\"")
                    .putHeader("Cache-Control", "no-store")
                    .putHeader("Vary", "Accept")
                    .setChunked(true);
            if (note != null) {
                response.putHeader("Tallystream-As-Of", note.asOf())
                        .putHeader("Tallystream-Time-Zone", note.timeZone())
                        .putHeader("Tallystream-Stale", Boolean.toString(note.stale()));
            }
            lines.appendString(CsvLine.of(table.columns()));
        }
        page.forEach(row -> lines.appendString(CsvLine.of(row)));
        if (page.isEmpty() || HttpMethod.HEAD.equals(context.request().method())) {
            JsonResponse.ignore(lines.length() == 0 ? response.end() : response.end(lines));
            return;
        }
        JsonResponse.ignore(response.write(lines));
        if (response.writeQueueFull()) {
            response.drainHandler(drained -> {
                response.drainHandler(null);
                send();
            });
        } else {
            send();
        }
    }
}
