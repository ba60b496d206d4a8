package io.tallystream.query.http;

import static java.util.Objects.requireNonNull;

import io.lettuce.core.RedisException;
import io.tallystream.query.stats.Overview;
import io.tallystream.query.stats.Trend;
import io.tallystream.query.store.CountReader;
import io.tallystream.runtime.http.KeyAuthentication;
import io.tallystream.runtime.http.Problem;
import io.tallystream.runtime.http.ProblemException;
import io.tallystream.runtime.http.ProblemHandler;
import io.tallystream.schema.count.CountAddress;
import io.tallystream.schema.count.Dimension;
import io.tallystream.schema.count.Metric;
import io.tallystream.schema.count.Window;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.Json;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.stream.Collectors;

/** What can be asked. */
public final class QueryRoutes {
    private static final List<Metric> TREND_METRICS = List.of(Metric.CALLS, Metric.CLICKS, Metric.PAGE_VIEWS);

    private final KeyAuthentication authentication;
    private final CountReader counts;
    private final Overview overview;
    private final Trend trend;

    /**
     * Answers from those.
     *
     * @param authentication of those who may ask
     */
    public QueryRoutes(KeyAuthentication authentication, CountReader counts, Overview overview, Trend trend) {
        this.authentication = requireNonNull(authentication, "authentication");
        this.counts = requireNonNull(counts, "counts");
        this.overview = requireNonNull(overview, "overview");
        this.trend = requireNonNull(trend, "trend");
    }

    /** A router over all routes, for one event loop. */
    public Router router(Vertx vertx) {
        Router router = Router.router(vertx);
        ProblemHandler.install(router);
        router.route().handler(SecurityHeaders::add);
        Dashboard.mount(router);
        List.of("/api/*", "/user/*").forEach(path -> router.route(path).handler(authentication));

        answer(router, "/api/v1/stats/overview", this::overview);
        answer(router, "/api/v1/stats/trend", this::trend);
        answer(router, "/api/v1/users/:id/clicks", this::userClicks);
        // The names of the design that Tallystream replaces.
        answer(router, "/api/admin/stats/overview", this::overview);
        answer(router, "/api/admin/stats/trend", this::trend);
        answer(router, "/user/:id/clicks", this::bareUserClicks);
        return router;
    }

    private CompletionStage<JsonObject> overview(RoutingContext context) {
        knowParameters(context);
        return overview.read();
    }

    private CompletionStage<JsonObject> trend(RoutingContext context) {
        knowParameters(context, "range", "metric");
        Trend.Range range =
                choose(context, "range", Trend.Range.DAY, Arrays.asList(Trend.Range.values()), Trend.Range::wireName);
        Metric metric = choose(context, "metric", Metric.CALLS, TREND_METRICS, Metric::wireName);
        return trend.read(range, metric);
    }

    private CompletionStage<JsonObject> userClicks(RoutingContext context) {
        knowParameters(context);
        String user = context.pathParam("id");
        return clicksOf(user)
                .thenApply(clicks -> new JsonObject().put("user_id", user).put("clicks", clicks));
    }

    private CompletionStage<Long> bareUserClicks(RoutingContext context) {
        knowParameters(context);
        return clicksOf(context.pathParam("id"));
    }

    private CompletionStage<Long> clicksOf(String user) {
        CountAddress address = new CountAddress(Metric.CLICKS, Window.LIFETIME, Dimension.USER, user);
        return counts.answer(snapshot -> snapshot.count(address));
    }

    private static void answer(Router router, String path, Function<RoutingContext, CompletionStage<?>> question) {
        router.route(path)
                .handler(ReadOnly::require)
                .handler(context -> Future.fromCompletionStage(
                                question.apply(context), context.vertx().getOrCreateContext())
                        .onSuccess(answer -> send(context, answer))
                        .onFailure(failure -> context.fail(asProblem(failure))));
    }

    private static void send(RoutingContext context, Object answer) {
        Future<Void> sent = context.response()
                .putHeader("Content-Type", "application/json")
                .putHeader("Cache-Control", "no-store")
                .end(Json.encodeToBuffer(answer));
        sent.onFailure(gone -> {
            // The client went away; there is nobody to tell.
        });
    }

    private static Throwable asProblem(Throwable failure) {
        Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
        return cause instanceof RedisException
                ? new ProblemException(
                        new Problem(503, "unavailable", "Counts are not available", "Redis does not answer; try again"))
                : cause;
    }

    private static void knowParameters(RoutingContext context, String... known) {
        List<String> names = List.of(known);
        for (String name : context.queryParams().names()) {
            if (!names.contains(name)) {
                throw badParameter("the parameter %s is not known here; known: %s".formatted(name, names));
            }
        }
    }

    private static <T> T choose(
            RoutingContext context, String parameter, T absent, List<T> choices, Function<T, String> name) {
        String text = context.queryParams().get(parameter);
        if (text == null) {
            return absent;
        }
        return choices.stream()
                .filter(choice -> name.apply(choice).equals(text))
                .findFirst()
                .orElseThrow(() -> badParameter("%s must be one of %s"
                        .formatted(parameter, choices.stream().map(name).collect(Collectors.joining(", ")))));
    }

    private static ProblemException badParameter(String detail) {
        return new ProblemException(new Problem(400, "bad-parameter", "Bad parameter", detail));
    }
}
