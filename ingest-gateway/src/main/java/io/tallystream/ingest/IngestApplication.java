package io.tallystream.ingest;

import static java.util.Objects.requireNonNull;

import io.tallystream.ingest.http.EventsHandler;
import io.tallystream.ingest.kafka.EventPublisher;
import io.tallystream.ingest.kafka.TopicWatch;
import io.tallystream.runtime.config.Settings;
import io.tallystream.runtime.http.HttpListener;
import io.tallystream.runtime.http.KeyAuthentication;
import io.tallystream.runtime.http.ProblemHandler;
import io.tallystream.runtime.lifecycle.Service;
import io.tallystream.runtime.lifecycle.ServiceContext;
import io.tallystream.runtime.lifecycle.StartupException;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import org.apache.kafka.common.KafkaException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The ingest gateway. Takes events over HTTP and answers 202 once Kafka has acknowledged them. */
public final class IngestApplication implements Service {
    private static final Logger LOGGER = LoggerFactory.getLogger(IngestApplication.class);
    private static final String EVENTS = "/v1/events";
    private static final String JSON = "application/json";
    private static final int MAX_BODY_BYTES = 1024 * 1024;
    // What the body handler calls the failure of a connection; there is nobody to answer then.
    private static final int BODY_BROKEN_OFF = 200;

    private final IngestConfig config;
    private final ServiceContext context;
    private EventPublisher publisher;
    private TopicWatch topics;
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
        listener = HttpListener.start(config.address(), Settings.INGEST_PORT, config.port(), this::routes);
    }

    /** The port it listens on, once started. */
    public int port() {
        return listener.port();
    }

    @Override
    public void close() {
        if (listener != null) {
            listener.close();
        }
        if (topics != null) {
            topics.close();
        }
        if (publisher != null) {
            publisher.close();
        }
    }

    private Router routes(Vertx vertx) {
        Router router = Router.router(vertx);
        ProblemHandler.install(router);
        // First, so that no body is kept of whom we do not know.
        router.route("/v1/*").handler(new KeyAuthentication(config.keys()));
        router.route(EVENTS).handler(IngestApplication::requirePost);
        router.post(EVENTS)
                .consumes(JSON)
                .handler(BodyHandler.create(false).setBodyLimit(MAX_BODY_BYTES))
                .handler(new EventsHandler(publisher, context.meters()))
                .failureHandler(IngestApplication::forgetClientThatLeft);
        return router;
    }

    private static void forgetClientThatLeft(RoutingContext context) {
        if (context.statusCode() == BODY_BROKEN_OFF) {
            LOGGER.debug("a client went away", context.failure());
        } else {
            context.next();
        }
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
