package io.tallystream.query.http;

import static java.util.Objects.requireNonNull;

import io.tallystream.query.contract.ApiContract;
import io.tallystream.query.contract.Operation;
import io.tallystream.query.contract.Parameters;
import io.tallystream.query.contract.RefusedException;
import io.tallystream.query.live.LiveFeed;
import io.tallystream.runtime.http.KeyAuthentication;
import io.tallystream.runtime.http.Problem;
import io.tallystream.runtime.http.ProblemException;
import io.tallystream.runtime.http.ProblemHandler;
import io.tallystream.runtime.security.KeyScope;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.Route;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** The routes: one for each operation of the contract, and the files that need no key. */
public final class QueryRoutes {
    private static final String LIVE = "live";

    private final CallerAuthentication authentication;
    private final SessionRoutes sessions;
    private final ApiContract contract;
    private final Map<String, Question> questions;
    private final LiveFeed live;
    private final PublicFiles files;

    /**
     * Answers from those.
     *
     * @param authentication of those who may ask
     * @param sessions in which browsers ask
     * @param questions by the id of the operation that they answer
     * @throws IllegalArgumentException if the contract and the questions are not of the same operations and media types
     */
    public QueryRoutes(
            CallerAuthentication authentication,
            SessionRoutes sessions,
            ApiContract contract,
            Map<String, Question> questions,
            LiveFeed live) {
        this.authentication = requireNonNull(authentication, "authentication");
        this.sessions = requireNonNull(sessions, "sessions");
        this.contract = requireNonNull(contract, "contract");
        this.questions = Map.copyOf(questions);
        this.live = requireNonNull(live, "live");
        requireSame();
        files = new PublicFiles(contract);
    }

    private void requireSame() {
        Map<String, List<String>> described = new LinkedHashMap<>();
        contract.operations().forEach(operation -> described.put(operation.id(), operation.types()));
        Map<String, List<String>> answered = new LinkedHashMap<>();
        questions.forEach((id, question) -> answered.put(id, question.types()));
        answered.put(LIVE, List.of(MediaTypes.EVENTS));
        answered.putAll(sessions.operations());
        if (!described.equals(answered)) {
            throw new IllegalArgumentException(
                    "the contract describes %s, answered are %s".formatted(described, answered));
        }
    }

    /** A router over all routes, for one event loop. */
    public Router router(Vertx vertx) {
        Router router = Router.router(vertx);
        ProblemHandler.install(router);
        router.route().handler(SecurityHeaders::add);
        files.mount(router);
        contract.operations().stream()
                .filter(SessionRoutes::isPublic)
                .forEach(operation -> sessions.mount(operation, routeOf(router, operation)));
        // All that follows, whether there is something or not.
        router.route().handler(authentication);
        for (Operation operation : contract.operations()) {
            router.route(pathOf(operation)).handler(context -> ReadOnly.require(context, methodsOf(operation.path())));
            if (!sessions.operations().containsKey(operation.id())) {
                Route route = routeOf(router, operation);
                if (!operation.method().equals("GET")) {
                    route.handler(QueryRoutes::requireAdmin);
                }
                operation.types().forEach(route::produces);
                route.handler(context -> answer(context, operation));
            } else if (!SessionRoutes.isPublic(operation)) {
                sessions.mount(operation, routeOf(router, operation));
            }
        }
        return router;
    }

    private static Route routeOf(Router router, Operation operation) {
        Route route = router.route(pathOf(operation)).method(HttpMethod.valueOf(operation.method()));
        return operation.method().equals("GET") ? route.method(HttpMethod.HEAD) : route;
    }

    /** What changes something is for administrators. */
    private static void requireAdmin(RoutingContext context) {
        KeyScope scope = KeyAuthentication.keyOf(context).scope();
        if (!scope.permits(KeyScope.ADMIN)) {
            throw new ProblemException(new Problem(
                    403,
                    "forbidden",
                    "Forbidden",
                    "this takes keys of scope %s, this one is for %s"
                            .formatted(KeyScope.ADMIN.wireName(), scope.wireName())));
        }
        context.next();
    }

    private Set<String> methodsOf(String path) {
        return contract.operations().stream()
                .filter(operation -> operation.matches(path))
                .map(Operation::method)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static String pathOf(Operation operation) {
        return operation.path().replaceAll("\\{(\\w+)}", ":$1");
    }

    private void answer(RoutingContext context, Operation operation) {
        try {
            Parameters parameters = operation.read(context.pathParams(), byName(context.queryParams()));
            if (operation.id().equals(LIVE)) {
                listen(context);
                return;
            }
            Question question = questions.get(operation.id());
            switch (wantedType(context, parameters, question)) {
                case MediaTypes.CSV ->
                    new CsvResponse(context, question.table().apply(parameters), operation.id()).send();
                case MediaTypes.HTML ->
                    Future.fromCompletionStage(
                                    question.page().apply(parameters),
                                    context.vertx().getOrCreateContext())
                            .onSuccess(html -> JsonResponse.sendPage(context, html))
                            .onFailure(failure -> context.fail(Refusals.asProblem(failure)));
                default ->
                    Future.fromCompletionStage(
                                    question.json()
                                            .apply(
                                                    parameters,
                                                    KeyAuthentication.keyOf(context)
                                                            .name()),
                                    context.vertx().getOrCreateContext())
                            .onSuccess(answer -> JsonResponse.send(context, operation.status(), answer))
                            .onFailure(failure -> context.fail(Refusals.asProblem(failure)));
            }
        } catch (RefusedException e) {
            context.fail(Refusals.asProblem(e));
        }
    }

    private static String wantedType(RoutingContext context, Parameters parameters, Question question) {
        if (parameters.has("format")) {
            return MediaTypes.ofFormat(parameters.text("format"));
        }
        String accepted = context.getAcceptableContentType();
        return accepted == null ? question.types().get(0) : accepted;
    }

    private void listen(RoutingContext context) {
        context.response().putHeader("Content-Type", MediaTypes.EVENTS).putHeader("Cache-Control", "no-store");
        if (HttpMethod.HEAD.equals(context.request().method())) {
            JsonResponse.ignore(context.response().end());
        } else if (!live.add(context.vertx().getOrCreateContext(), context.response())) {
            context.fail(new ProblemException(new Problem(
                    503,
                    "too-many-listeners",
                    "Too many listeners",
                    "as many listen as this server takes; try again")));
        }
    }

    private static Map<String, List<String>> byName(MultiMap query) {
        Map<String, List<String>> byName = new LinkedHashMap<>();
        query.forEach((name, value) ->
                byName.computeIfAbsent(name, any -> new ArrayList<>()).add(value));
        return byName;
    }
}
