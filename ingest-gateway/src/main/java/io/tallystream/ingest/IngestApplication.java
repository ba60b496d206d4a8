package io.tallystream.ingest;

import static java.util.Objects.requireNonNull;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.tallystream.ingest.browser.PageOrigin;
import io.tallystream.ingest.http.BodyBudget;
import io.tallystream.ingest.http.BodyReader;
import io.tallystream.ingest.http.ClickHandler;
import io.tallystream.ingest.http.CollectHandler;
import io.tallystream.ingest.http.CrossOriginFile;
import io.tallystream.ingest.http.EventsHandler;
import io.tallystream.ingest.http.Publication;
import io.tallystream.ingest.http.RequestMeter;
import io.tallystream.ingest.http.ServersOnly;
import io.tallystream.ingest.http.Submission;
import io.tallystream.ingest.http.Verdicts;
import io.tallystream.ingest.intake.EventIntake;
import io.tallystream.ingest.kafka.EventPublisher;
import io.tallystream.ingest.kafka.TopicWatch;
import io.tallystream.runtime.config.Settings;
import io.tallystream.runtime.http.AddressLimit;
import io.tallystream.runtime.http.HttpLimits;
import io.tallystream.runtime.http.HttpListener;
import io.tallystream.runtime.http.KeyAuthentication;
import io.tallystream.runtime.http.ProblemHandler;
import io.tallystream.runtime.http.RateLimit;
import io.tallystream.runtime.lifecycle.Service;
import io.tallystream.runtime.lifecycle.ServiceContext;
import io.tallystream.runtime.lifecycle.StartupException;
import io.tallystream.runtime.limit.KeyRates;
import io.tallystream.runtime.security.KeyScope;
import io.tallystream.runtime.security.Keyring;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.KafkaException;

/** The ingest gateway. Takes events over HTTP and answers 202 once Kafka has acknowledged them. */
public final class IngestApplication implements Service {
    private static final String EVENTS = "/v1/events";
    private static final String CLICK = "/click";
    private static final String COLLECT = "/v1/collect";
    private static final Duration FIRST_REQUEST_LIMIT = Duration.ofSeconds(10);
    private static final Duration IDLE_LIMIT = Duration.ofSeconds(60);
    // A request that is just being answered in time has to be answered before the server ends.
    private static final Duration DRAIN_MARGIN = Duration.ofSeconds(2);

    private final IngestConfig config;
    private final ServiceContext context;
    private Keyring keys;
    private RateLimit charge;
    private RateLimit addresses;
    private AddressLimit wrongKeys;
    private EventPublisher publisher;
    private TopicWatch topics;
    private BodyBudget bodies;
    private RequestMeter requests;
    private HttpListener listener;

    /** Not started. */
    public IngestApplication(IngestConfig config, ServiceContext context) {
        this.config = requireNonNull(config, "config");
        this.context = requireNonNull(context, "context");
    }

    @Override
    public String name() {
        return "ingest-gateway";
    }

    @Override
    public void start() throws InterruptedException {
        keys = config.keys().open();
        charge = RateLimit.ofKeys(new KeyRates());
        addresses = RateLimit.ofAddresses(new AddressLimit(config.collectRate(), config.proxies()));
        wrongKeys = new AddressLimit(KeyAuthentication.FAILURES_PER_SECOND, config.proxies());
        try {
            publisher = new EventPublisher(config.producer(), context.meters());
            topics = new TopicWatch(config.admin(), publisher::open);
        } catch (KafkaException e) {
            // Made without asking Kafka: it can only be the settings.
            Throwable reason = e.getCause() == null ? e : e.getCause();
            throw new StartupException("the Kafka settings cannot be used: " + reason.getMessage(), e);
        }
        context.health().add("ingest-kafka", topics::health);
        topics.start();
        bodies = new BodyBudget(context.meters());
        requests = new RequestMeter(context.meters());
        listener = HttpListener.start(
                config.address(), Settings.INGEST_PORT, config.port(), limits(config.limits()), this::routes);
        Gauge.builder("tallystream.ingest.connections", listener, HttpListener::connections)
                .description("Connections of clients")
                .register(context.meters());
    }

    /** The port it listens on, once started. */
    public int port() {
        return listener.port();
    }

    private static HttpLimits limits(IngestConfig.Limits limits) {
        Duration ofOneRequest = limits.deadline().multipliedBy(2);
        return new HttpLimits(
                FIRST_REQUEST_LIMIT,
                ofOneRequest.plus(IDLE_LIMIT),
                limits.connections(),
                ofOneRequest.plus(DRAIN_MARGIN));
    }

    /** Goes on for a while, so that load balancers notice, then answers all that has begun. */
    @Override
    public void close() {
        if (listener != null) {
            listener.sendClientsAway();
            awaitLoadBalancers();
            listener.close();
        }
        if (topics != null) {
            topics.close();
        }
        if (publisher != null) {
            publisher.close();
        }
        if (keys != null) {
            keys.close();
        }
    }

    private void awaitLoadBalancers() {
        try {
            TimeUnit.MILLISECONDS.sleep(config.limits().shutdownDelay().toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** The routes of one event loop. */
    Router routes(Vertx vertx) {
        MeterRegistry meters = context.meters();
        Duration deadline = config.limits().deadline();
        BodyReader body = new BodyReader(vertx, bodies, deadline);
        EventIntake intake = new EventIntake(config.rules());
        Publication publication = new Publication(vertx, publisher, deadline, meters);
        Verdicts verdicts = new Verdicts(meters);
        Submission submission = new Submission(List.of(charge), verdicts, publication);

        Router router = Router.router(vertx);
        ProblemHandler.install(router);
        router.route().handler(requests);
        router.route("/tally.js").handler(new CrossOriginFile("/browser/tally.js", "text/javascript; charset=utf-8"));
        router.route("/openapi.yaml").handler(new CrossOriginFile("/contract/openapi.yaml", "application/yaml"));
        router.route("/asyncapi.yaml").handler(new CrossOriginFile("/contract/asyncapi.yaml", "application/yaml"));
        router.route("/event.schema.json")
                .handler(new CrossOriginFile("/contract/event.schema.json", "application/schema+json"));
        // Keys before bodies, so that no body is kept of whom we do not know.
        router.route(COLLECT)
                .handler(addresses)
                .handler(new KeyAuthentication(keys, KeyScope.COLLECT, wrongKeys))
                .handler(PageOrigin::require)
                .handler(IngestApplication::requirePost)
                .handler(charge)
                .handler(CollectHandler::requireBeacon)
                .handler(body)
                .handler(new CollectHandler(
                        new EventIntake(config.rules(), CollectHandler.TYPES),
                        new Submission(List.of(charge, addresses), verdicts, publication)));
        List.of("/v1/*", CLICK)
                .forEach(path -> router.route(path)
                        .handler(new KeyAuthentication(keys, KeyScope.INGEST, wrongKeys))
                        .handler(ServersOnly::require)
                        .handler(charge));
        router.route(EVENTS).handler(IngestApplication::requirePost);
        router.route(CLICK).handler(IngestApplication::requirePost);
        router.post(EVENTS)
                .handler(EventsHandler::requireFormat)
                .handler(body)
                .handler(new EventsHandler(intake, submission));
        router.post(CLICK)
                .handler(ClickHandler::requireJson)
                .handler(body)
                .handler(new ClickHandler(intake, submission));
        return router;
    }

    private static void requirePost(RoutingContext context) {
        if (context.request().method().equals(HttpMethod.POST)) {
            context.next();
        } else {
            context.response().putHeader(HttpHeaders.ALLOW, HttpMethod.POST.name());
            context.fail(405);
        }
    }
}
