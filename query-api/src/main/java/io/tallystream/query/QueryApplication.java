package io.tallystream.query;

import static java.util.Objects.requireNonNull;

import io.tallystream.query.http.QueryRoutes;
import io.tallystream.query.stats.Overview;
import io.tallystream.query.stats.Trend;
import io.tallystream.query.store.CountReader;
import io.tallystream.runtime.config.Settings;
import io.tallystream.runtime.http.AddressLimit;
import io.tallystream.runtime.http.HttpListener;
import io.tallystream.runtime.http.KeyAuthentication;
import io.tallystream.runtime.lifecycle.Service;
import io.tallystream.runtime.lifecycle.ServiceContext;
import io.tallystream.runtime.lifecycle.StartupException;
import io.tallystream.runtime.security.KeyScope;
import io.tallystream.runtime.security.Keyring;
import io.tallystream.schema.count.WindowCalendar;
import java.time.Clock;

/** The query API, and the dashboard that uses it. */
public final class QueryApplication implements Service {
    private final QueryConfig config;
    private final ServiceContext context;
    private final Clock clock;
    private Keyring keys;
    private CountReader counts;
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
            counts = new CountReader(config.redisUri(), config.redisKeyPrefix());
        } catch (IllegalArgumentException e) {
            throw new StartupException("REDIS_URI " + e.getMessage(), e);
        }
        context.health().add("query-redis", counts::health);
        counts.start();
        WindowCalendar calendar = new WindowCalendar(config.zone());
        QueryRoutes routes = new QueryRoutes(
                new KeyAuthentication(
                        keys, KeyScope.READ, new AddressLimit(KeyAuthentication.FAILURES_PER_SECOND, config.proxies())),
                counts,
                new Overview(counts, calendar, clock),
                new Trend(counts, calendar, config.allowedLateness(), clock));
        listener = HttpListener.start(config.address(), Settings.QUERY_PORT, config.port(), routes::router);
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
        if (counts != null) {
            counts.close();
        }
        if (keys != null) {
            keys.close();
        }
    }
}
