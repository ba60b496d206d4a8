package io.tallystream.runtime.http;

import static java.util.Objects.requireNonNull;

import java.time.Duration;

/**
 * How much a server puts up with.
 *
 * @param firstRequest within which a new connection has to show the whole head of a request
 * @param nextRequest within which, after the head of a request, the whole head of the next has to follow: longer than any
 *     request may take. Zero: no limit, for servers with answers without an end
 * @param maxConnections more are closed at once
 * @param drain how long requests under way may still take when it is closed
 */
public record HttpLimits(Duration firstRequest, Duration nextRequest, int maxConnections, Duration drain) {
    /** Connections without a limit of their own. */
    public static final int DEFAULT_MAX_CONNECTIONS = 10_000;

    /** For a server whose requests may take long, and which closes within a few seconds all the same. */
    public static final HttpLimits DEFAULT =
            new HttpLimits(Duration.ofSeconds(10), Duration.ZERO, DEFAULT_MAX_CONNECTIONS, Duration.ofSeconds(5));

    /** Requires all. */
    public HttpLimits {
        requireNonNull(firstRequest, "firstRequest");
        requireNonNull(nextRequest, "nextRequest");
        requireNonNull(drain, "drain");
    }
}
