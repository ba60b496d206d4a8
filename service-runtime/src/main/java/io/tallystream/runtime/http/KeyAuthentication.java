package io.tallystream.runtime.http;

import static java.util.Objects.requireNonNull;

import io.tallystream.runtime.limit.Credit;
import io.tallystream.runtime.security.ApiKey;
import io.tallystream.runtime.security.KeyLookup;
import io.tallystream.runtime.security.KeyScope;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import java.util.Optional;

/**
 * Lets requests pass that carry a key for what they ask, as {@code Authorization: Bearer <secret>} or
 * {@code X-API-Key: <secret>}; a public key may also be in the URL, as {@code ?key=<secret>}. Answers 401 where there is no
 * such key, 403 where it is for something else, and 429 to an address that has tried too many. Thread-safe; one for all
 * event loops.
 */
public final class KeyAuthentication implements Handler<RoutingContext> {
    /** Wrong keys that an address may try per second. */
    public static final int FAILURES_PER_SECOND = 50;

    private static final String BEARER = "Bearer ";
    private static final String API_KEY_HEADER = "X-API-Key";
    private static final String QUERY_PARAMETER = "key";
    private static final String CONTEXT_KEY = KeyAuthentication.class.getName();
    private static final String IN_HEADERS =
            "a valid key is needed, as Authorization: Bearer <key> or X-API-Key: <key>";
    private static final String ANYWHERE = IN_HEADERS + ", or ?key=<key>";

    private final KeyLookup keys;
    private final KeyScope scope;
    private final AddressLimit failures;

    /**
     * @param scope what a key has to be for
     * @param failures of an address, {@link #FAILURES_PER_SECOND}; keys that are right pass whatever it says
     */
    public KeyAuthentication(KeyLookup keys, KeyScope scope, AddressLimit failures) {
        this.keys = requireNonNull(keys, "keys");
        this.scope = requireNonNull(scope, "scope");
        this.failures = requireNonNull(failures, "failures");
    }

    /** The key of a request that has passed here. */
    public static ApiKey keyOf(RoutingContext context) {
        return requireNonNull(context.get(CONTEXT_KEY), "passed no KeyAuthentication");
    }

    /** Whether a header of the request is there for a key, right or wrong. */
    public static boolean isGiven(HttpServerRequest request) {
        return request.headers().contains(HttpHeaders.AUTHORIZATION)
                || request.headers().contains(API_KEY_HEADER);
    }

    @Override
    public void handle(RoutingContext context) {
        admit(context, secretOf(context).flatMap(keys::find).orElseThrow(() -> unauthorized(context)));
        context.next();
    }

    /**
     * From now on the request is that key's, by whatever it has shown that it may use it.
     *
     * @throws ProblemException with 403 if the key is for something else
     */
    public void admit(RoutingContext context, ApiKey key) {
        if (!key.scope().permits(scope)) {
            throw new ProblemException(new Problem(
                    403,
                    "forbidden",
                    "Forbidden",
                    "this takes keys of scope %s, this one is for %s"
                            .formatted(scope.wireName(), key.scope().wireName())));
        }
        context.put(CONTEXT_KEY, key);
    }

    /** What ends a request that has shown nothing right: 401, or 429 for an address that has tried too often. */
    public ProblemException unauthorized(RoutingContext context) {
        return unauthorized(context, scope == KeyScope.COLLECT ? ANYWHERE : IN_HEADERS);
    }

    /** Like {@link #unauthorized(RoutingContext)}, saying what would have been right. */
    public ProblemException unauthorized(RoutingContext context, String detail) {
        Credit credit = failures.take(context.request(), 1);
        if (!credit.granted()) {
            return RateFields.exceeded(context.response(), credit, "too many wrong keys from this address");
        }
        context.response().putHeader("WWW-Authenticate", "Bearer realm=\"tallystream\"");
        return new ProblemException(new Problem(401, "unauthorized", "Unauthorized", detail));
    }

    /** What a request carries in the place of a key, right or wrong; empty if that is not of the form in which keys come. */
    public Optional<String> secretOf(RoutingContext context) {
        HttpServerRequest request = context.request();
        String authorization = request.getHeader(HttpHeaders.AUTHORIZATION);
        if (authorization != null) {
            return authorization.regionMatches(true, 0, BEARER, 0, BEARER.length())
                    ? Optional.of(authorization.substring(BEARER.length()).strip())
                    : Optional.empty();
        }
        String header = request.getHeader(API_KEY_HEADER);
        if (header != null || scope != KeyScope.COLLECT) {
            return Optional.ofNullable(header);
        }
        // URLs are kept in logs and histories: for keys that are public anyway, and for browsers that can set no
        // header.
        List<String> inUrl = context.queryParam(QUERY_PARAMETER);
        return inUrl.size() == 1 ? Optional.of(inUrl.get(0)) : Optional.empty();
    }
}
