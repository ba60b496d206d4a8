package io.tallystream.query.http;

import static java.util.Objects.requireNonNull;

import io.tallystream.query.contract.Operation;
import io.tallystream.query.contract.RefusedException;
import io.tallystream.query.oidc.Credentials;
import io.tallystream.query.session.Pass;
import io.tallystream.query.session.Session;
import io.tallystream.query.session.SessionCookie;
import io.tallystream.query.session.Sessions;
import io.tallystream.runtime.http.ClientScheme;
import io.tallystream.runtime.http.KeyAuthentication;
import io.tallystream.runtime.http.Problem;
import io.tallystream.runtime.http.ProblemException;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Route;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import io.vertx.ext.web.handler.TimeoutHandler;
import java.time.Clock;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

/** Signing in and out. Thread-safe; one for all event loops. */
public final class SessionRoutes {
    private static final String SIGN_IN = "signIn";
    private static final String SHOW = "session";
    private static final String SIGN_OUT = "signOut";
    private static final long SIGN_IN_LIMIT_MS = 10_000;
    private static final int TIMED_OUT = 408;
    private static final int UNSUPPORTED = 415;
    private static final int NO_CONTENT = 204;

    private final Sessions sessions;
    private final Credentials credentials;
    private final KeyAuthentication authentication;
    private final ClientScheme scheme;
    private final Clock clock;

    /**
     * Of those sessions.
     *
     * @param credentials with which one may sign in
     * @param authentication which counts wrong ones
     * @param clock of the sessions
     */
    public SessionRoutes(
            Sessions sessions,
            Credentials credentials,
            KeyAuthentication authentication,
            ClientScheme scheme,
            Clock clock) {
        this.sessions = requireNonNull(sessions, "sessions");
        this.credentials = requireNonNull(credentials, "credentials");
        this.authentication = requireNonNull(authentication, "authentication");
        this.scheme = requireNonNull(scheme, "scheme");
        this.clock = requireNonNull(clock, "clock");
    }

    /** The operations that it answers, with the media types of their answers. */
    Map<String, List<String>> operations() {
        return Map.of(SIGN_IN, List.of(MediaTypes.JSON), SHOW, List.of(MediaTypes.JSON), SIGN_OUT, List.of());
    }

    /** Whether an operation needs neither key nor session. */
    static boolean isPublic(Operation operation) {
        return operation.id().equals(SIGN_IN);
    }

    /** Makes a route answer one of the operations. */
    void mount(Operation operation, Route route) {
        switch (operation.id()) {
            case SIGN_IN ->
                route.handler(TimeoutHandler.create(SIGN_IN_LIMIT_MS, TIMED_OUT))
                        .handler(BodyHandler.create(false).setBodyLimit(SignIn.MAX_BYTES))
                        .handler(SessionRoutes::requireJson)
                        .handler(this::signIn);
            case SHOW -> route.handler(context -> send(context, required(context)));
            case SIGN_OUT -> route.handler(this::signOut);
            default -> throw new IllegalArgumentException("not of sessions: " + operation.id());
        }
    }

    /** Forms of other pages cannot send that, so nobody can be signed in by another. */
    private static void requireJson(RoutingContext context) {
        String type = context.request().getHeader(HttpHeaders.CONTENT_TYPE);
        String bare = type == null ? "" : type.split(";", 2)[0].strip().toLowerCase(Locale.ROOT);
        if (bare.equals(MediaTypes.JSON)) {
            context.next();
        } else {
            context.fail(UNSUPPORTED);
        }
    }

    private static Buffer bodyOf(RoutingContext context) {
        Buffer body = context.body().buffer();
        return body == null ? Buffer.buffer() : body;
    }

    private void signIn(RoutingContext context) {
        SignIn shown;
        try {
            shown = SignIn.read(bodyOf(context));
        } catch (RefusedException e) {
            context.fail(Refusals.asProblem(e));
            return;
        }
        CompletionStage<Optional<Pass>> pass =
                shown.isCode() ? sessions.useCode(shown.secret()) : credentials.find(shown.secret());
        await(context, pass, found -> {
            Pass right =
                    found.orElseThrow(() -> authentication.unauthorized(context, "that token or code is not valid"));
            authentication.admit(context, right.key());
            // Never the one that the browser came with: somebody else may have put it there.
            await(context, sessions.open(right), session -> {
                context.response()
                        .putHeader(
                                HttpHeaders.SET_COOKIE,
                                SessionCookie.set(session, maxAge(session), scheme.isSecure(context.request())));
                send(context, session);
            });
        });
    }

    private Duration maxAge(Session session) {
        Duration left = Duration.between(clock.instant().truncatedTo(ChronoUnit.SECONDS), session.expires());
        return left.isNegative() ? Duration.ZERO : left;
    }

    private void signOut(RoutingContext context) {
        await(context, sessions.end(required(context)), ended -> {
            context.response()
                    .setStatusCode(NO_CONTENT)
                    .putHeader(HttpHeaders.SET_COOKIE, SessionCookie.clear(scheme.isSecure(context.request())))
                    .putHeader(HttpHeaders.CACHE_CONTROL, "no-store");
            JsonResponse.ignore(context.response().end());
        });
    }

    private Session required(RoutingContext context) {
        return CallerAuthentication.sessionOf(context)
                .orElseThrow(() -> new ProblemException(new Problem(
                        401, "unauthorized", "Unauthorized", "this is of a session, and the request carries a key")));
    }

    private static <T> void await(RoutingContext context, CompletionStage<T> stage, Consumer<T> then) {
        Future.fromCompletionStage(stage, context.vertx().getOrCreateContext())
                .onSuccess(value -> {
                    try {
                        then.accept(value);
                    } catch (RuntimeException e) {
                        context.fail(e);
                    }
                })
                .onFailure(failure -> context.fail(Refusals.asProblem(failure)));
    }

    private static void send(RoutingContext context, Session session) {
        JsonResponse.send(
                context,
                new JsonObject()
                        .put("name", session.key().name())
                        .put("scope", session.key().scope().wireName())
                        .put("csrf_token", session.csrfToken())
                        .put("expires_at", session.expires().toString()));
    }
}
