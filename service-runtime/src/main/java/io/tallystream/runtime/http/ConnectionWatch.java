package io.tallystream.runtime.http;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpConnection;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Closes connections that are too many, or on which no request comes. Neither does a server by itself that only looks
 * whether bytes come: one byte a second would hold a connection for ever. For one event loop.
 */
final class ConnectionWatch {
    private final HttpLimits limits;
    private final AtomicInteger open;
    private final Deadlines<HttpConnection> unproven;
    private final Deadlines<HttpConnection> waiting;

    /** @param open how many there are, on all event loops */
    ConnectionWatch(Vertx vertx, HttpLimits limits, AtomicInteger open) {
        this.limits = limits;
        this.open = open;
        unproven = new Deadlines<>(vertx, limits.firstRequest(), HttpConnection::close);
        waiting = limits.nextRequest().equals(Duration.ZERO)
                ? null
                : new Deadlines<>(vertx, limits.nextRequest(), HttpConnection::close);
    }

    void opened(HttpConnection connection) {
        int number = open.incrementAndGet();
        connection.closeHandler(closed -> {
            open.decrementAndGet();
            unproven.end(connection);
            if (waiting != null) {
                waiting.end(connection);
            }
        });
        if (number > limits.maxConnections()) {
            connection.close();
        } else {
            unproven.begin(connection);
        }
    }

    /** A request's head is there. */
    void requested(HttpConnection connection) {
        unproven.end(connection);
        if (waiting != null) {
            waiting.begin(connection);
        }
    }
}
