package io.tallystream.query.http;

import static java.util.Objects.requireNonNull;

import io.tallystream.query.oidc.Credentials;
import io.tallystream.query.session.Session;
import io.tallystream.query.session.SessionCookie;
import io.tallystream.query.session.Sessions;
import io.tallystream.runtime.http.KeyAuthentication;
import io.tallystream.runtime.http.Problem;
import io.tallystream.runtime.http.ProblemException;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.RoutingContext;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Lets requests pass that carry a key or a token in a header, or else the cookie of a session. With a cookie, what changes
 * something needs the session's CSRF token too. Thread-safe; one for all event loops.
 */
public final class CallerAuthentication implements Handler<RoutingContext> {
    private static final String CONTEXT_KEY = CallerAuthentication.class.getName();
    private static final String CSRF_HEADER = "X-CSRF-Token";
    private static final Set<HttpMethod> SAFE = Set.of(HttpMethod.GET, HttpMethod.HEAD, HttpMethod.OPTIONS);

    private final KeyAuthentication keys;
    private final Credentials credentials;
    private final Sessions sessions;

    /**
     * Of those credentials and sessions.
     *
     * @param keys which counts wrong ones
     */
    public CallerAuthentication(KeyAuthentication keys, Credentials credentials, Sessions sessions) {
        this.keys = requireNonNull(keys, "keys");
        this.credentials = requireNonNull(credentials, "credentials");
        this.sessions = requireNonNull(sessions, "sessions");
    }

    /** The session of a request that has passed here; empty if it carried a key. */
    static Optional<Session> sessionOf(RoutingContext context) {
        return Optional.ofNullable(context.get(CONTEXT_KEY));
    }

    @Override
    public void handle(RoutingContext context) {
        if (KeyAuthentication.isGiven(context.request())) {
            proceed(context, keys.secretOf(context), credentials::find, pass -> keys.admit(context, pass.key()));
        } else {
            proceed(context, SessionCookie.read(context.request()), sessions::find, session -> admit(context, session));
        }
    }

    private void admit(RoutingContext context, Session session) {
        if (!SAFE.contains(context.request().method())) {
            requireCsrfToken(context, session);
        }
        keys.admit(context, session.key());
        context.put(CONTEXT_KEY, session);
    }

    private <T> void proceed(
            RoutingContext context,
            Optional<String> shown,
            Function<String, CompletionStage<Optional<T>>> find,
            Consumer<T> admit) {
        String secret = shown.orElseThrow(() -> keys.unauthorized(context));
        // Who reads the body comes later.
        context.request().pause();
        Future.fromCompletionStage(find.apply(secret), context.vertx().getOrCreateContext())
                .onSuccess(found -> {
                    context.request().resume();
                    try {
                        admit.accept(found.orElseThrow(() -> keys.unauthorized(context)));
                    } catch (ProblemException e) {
                        context.fail(e);
                        return;
                    }
                    context.next();
                })
                .onFailure(failure -> {
                    context.request().resume();
                    context.fail(Refusals.asProblem(failure));
                });
    }

    private static void requireCsrfToken(RoutingContext context, Session session) {
        String shown = context.request().getHeader(CSRF_HEADER);
        if (shown == null || !session.isCsrfToken(shown)) {
            throw new ProblemException(new Problem(
                    403,
                    "csrf",
                    "CSRF token needed",
                    "with a cookie, this takes the csrf_token of the session as " + CSRF_HEADER + " only"));
        }
    }
}
