package io.tallystream.runtime.http;

import static java.util.Objects.requireNonNull;

import io.tallystream.runtime.security.ApiKeys;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import java.util.Optional;

/**
 * Lets requests pass that carry one of the keys, as {@code Authorization: Bearer <secret>} or {@code X-API-Key: <secret>}; answers
 * others with 401. Thread-safe.
 */
public final class KeyAuthentication implements Handler<RoutingContext> {
    private static final String BEARER = "Bearer ";
    private static final String API_KEY_HEADER = "X-API-Key";
    private static final Problem UNAUTHORIZED = new Problem(
            401,
            "unauthorized",
            "Unauthorized",
            "a valid key is needed, as Authorization: Bearer <key> or X-API-Key: <key>");

    private final ApiKeys keys;

    /** With those keys. */
    public KeyAuthentication(ApiKeys keys) {
        this.keys = requireNonNull(keys, "keys");
    }

    @Override
    public void handle(RoutingContext context) {
        if (secretOf(context.request()).flatMap(keys::nameOf).isPresent()) {
            context.next();
        } else {
            context.response().putHeader("WWW-Authenticate", "Bearer realm=\"tallystream\"");
            UNAUTHORIZED.send(context.response());
        }
    }

    private static Optional<String> secretOf(HttpServerRequest request) {
        String authorization = request.getHeader(HttpHeaders.AUTHORIZATION);
        if (authorization != null) {
            return authorization.regionMatches(true, 0, BEARER, 0, BEARER.length())
                    ? Optional.of(authorization.substring(BEARER.length()).strip())
                    : Optional.empty();
        }
        return Optional.ofNullable(request.getHeader(API_KEY_HEADER));
    }
}
