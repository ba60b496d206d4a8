package io.tallystream.query;

import static java.util.Objects.requireNonNull;

import io.micrometer.core.instrument.Gauge;
import io.tallystream.query.contract.ApiContract;
import io.tallystream.query.erasure.Erasures;
import io.tallystream.query.http.CallerAuthentication;
import io.tallystream.query.http.QueryRoutes;
import io.tallystream.query.http.SessionRoutes;
import io.tallystream.query.live.LiveFeed;
import io.tallystream.query.oidc.Credentials;
import io.tallystream.query.oidc.TokenVerifier;
import io.tallystream.query.report.DailyReports;
import io.tallystream.query.session.Sessions;
import io.tallystream.query.span.Spans;
import io.tallystream.query.stats.Desk;
import io.tallystream.query.stats.LiveFigures;
import io.tallystream.query.stats.Status;
import io.tallystream.query.store.CountReader;
import io.tallystream.runtime.config.Settings;
import io.tallystream.runtime.http.AddressLimit;
import io.tallystream.runtime.http.ClientScheme;
import io.tallystream.runtime.http.HttpListener;
import io.tallystream.runtime.http.KeyAuthentication;
import io.tallystream.runtime.lifecycle.Service;
import io.tallystream.runtime.lifecycle.ServiceContext;
import io.tallystream.runtime.lifecycle.StartupException;
import io.tallystream.runtime.security.KeyScope;
import io.tallystream.runtime.security.Keyring;
import io.tallystream.schema.count.WindowCalendar;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** The query API, and the dashboard that uses it. */
public final class QueryApplication implements Service {
    private static final Duration LIVE_EVERY = Duration.ofSeconds(1);
    private static final int MAX_LISTENERS = 1_000;
    // After which a listener is asked for its key again.
    private static final Duration LONGEST_LISTENING = Duration.ofMinutes(5);
    private static final int LEAST_PARTITIONS = 128;

    private final QueryConfig config;
    private final ServiceContext context;
    private final Clock clock;
    private Keyring keys;
    private CountReader counts;
    private LiveFeed live;
    private DailyReports reports;
    private Optional<TokenVerifier> tokens = Optional.empty();
    private Sessions sessions;
    private HttpListener listener;

    /** Not started. */
    public QueryApplication(QueryConfig config, ServiceContext context) {
        this(config, context, Clock.systemUTC());
    }

    QueryApplication(QueryConfig config, ServiceContext context, Clock clock) {
        this.config = requireNonNull(config, "config");
        this.context = requireNonNull(context, "context");
        this.clock = requireNonNull(clock, "clock");
    }

    @Override
    public String name() {
        return "query-api";
    }

    @Override
    public void start() throws InterruptedException {
        keys = config.keys().open();
        try {
            counts = new CountReader(config.redisUri(), config.redisKeyPrefix(), partitions());
        } catch (IllegalArgumentException e) {
            throw new StartupException("REDIS_URI " + e.getMessage(), e);
        }
        context.health().add("query-redis", counts::health);
        counts.start();
        Spans spans = new Spans(new WindowCalendar(config.zone()), config.retention(), config.allowedLateness());
        Desk desk = new Desk(counts, spans, clock);
        live = new LiveFeed(new LiveFigures(desk)::read, LIVE_EVERY, MAX_LISTENERS, LONGEST_LISTENING);
        Gauge.builder("tallystream.query.live.listeners", live, LiveFeed::listeners)
                .description("Who listens to the live feed now")
                .register(context.meters());
        reports = new DailyReports(
                desk, counts, config.redisUri(), config.redisKeyPrefix(), config.webhook(), clock, context.meters());
        KeyAuthentication authentication = new KeyAuthentication(
                keys, KeyScope.READ, new AddressLimit(KeyAuthentication.FAILURES_PER_SECOND, config.proxies()));
        tokens = config.oidc().map(oidc -> new TokenVerifier(oidc, clock));
        tokens.ifPresent(TokenVerifier::start);
        Credentials credentials = new Credentials(keys, tokens);
        sessions = new Sessions(
                counts,
                config.redisKeyPrefix(),
                keys,
                tokens.map(TokenVerifier::issuer),
                config.sessionLifetime(),
                clock);
        QueryRoutes routes = new QueryRoutes(
                new CallerAuthentication(authentication, credentials, sessions),
                new SessionRoutes(sessions, credentials, authentication, new ClientScheme(config.proxies()), clock),
                ApiContract.load(),
                Questions.of(
                        desk,
                        reports.reports(),
                        new Status(desk, counts, config.ingestPort()),
                        new Erasures(counts, config.redisKeyPrefix())),
                live);
        listener = HttpListener.start(config.address(), Settings.QUERY_PORT, config.port(), routes::router);
        live.start();
        reports.start();
    }

    // Asking for shares that no partition has costs next to nothing, missing one makes a sum wrong.
    private int partitions() {
        return Math.max(LEAST_PARTITIONS, config.partitions());
    }

    /** The port it listens on, once started. */
    public int port() {
        return listener.port();
    }

    /**
     * Makes a code with which one browser may sign in once, within {@link Sessions#CODE_LIFETIME}, as if it had a key. Only once
     * started.
     *
     * @param secret of the key
     * @return fails if Redis is away
     * @throws IllegalArgumentException if there is no such key
     */
    public CompletionStage<String> makeLoginCode(String secret) {
        return sessions.makeCode(keys.find(secret).orElseThrow(() -> new IllegalArgumentException("no such key")));
    }

    @Override
    public void close() {
        if (live != null) {
            // They would keep the listener from closing.
            live.close();
        }
        if (listener != null) {
            listener.close();
        }
        if (reports != null) {
            reports.close();
        }
        if (counts != null) {
            counts.close();
        }
        tokens.ifPresent(TokenVerifier::close);
        if (keys != null) {
            keys.close();
        }
    }
}
