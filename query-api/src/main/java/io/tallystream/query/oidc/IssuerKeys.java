package io.tallystream.query.oidc;

import static java.util.Objects.requireNonNull;

import com.nimbusds.jose.jwk.JWKSet;
import io.tallystream.runtime.config.Settings;
import io.tallystream.runtime.lifecycle.DaemonThreads;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.text.ParseException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The public keys of the issuer, fetched in the background: every five minutes, and sooner where a token names a key that is
 * not among them, but never twice within {@link Pace#least}. While the issuer is away the keys stay. Thread-safe, never
 * blocks.
 */
final class IssuerKeys implements AutoCloseable {
    private static final Logger LOGGER = LoggerFactory.getLogger(IssuerKeys.class);
    private static final int MAX_BYTES = 512 * 1024;
    private static final int OK = 200;

    private final OidcConfig config;
    private final Pace pace;
    // Redirections lead to places that nobody has configured.
    private final HttpClient client;
    private final ScheduledExecutorService thread =
            Executors.newSingleThreadScheduledExecutor(new DaemonThreads("oidc-keys"));
    private volatile Optional<JWKSet> keys = Optional.empty();
    // All under the monitor.
    private CompletableFuture<Void> underWay = CompletableFuture.completedFuture(null);
    private long triedAt;
    private boolean wasTried;
    private boolean wasFetched;

    /**
     * How often keys are fetched.
     *
     * @param usual when all is well
     * @param least between two tries, however many ask
     * @param limit of a try
     */
    record Pace(Duration usual, Duration least, Duration limit) {
        static final Pace DEFAULT = new Pace(Duration.ofMinutes(5), Duration.ofSeconds(5), Duration.ofMillis(1_500));
    }

    /** Does not fetch yet. */
    IssuerKeys(OidcConfig config, Pace pace) {
        this.config = requireNonNull(config, "config");
        this.pace = requireNonNull(pace, "pace");
        client = HttpClient.newBuilder()
                .connectTimeout(pace.limit())
                .followRedirects(HttpClient.Redirect.NEVER)
                .build();
    }

    /** Begins to fetch. */
    @SuppressWarnings("FutureReturnValueIgnored") // No round throws.
    void start() {
        thread.scheduleWithFixedDelay(this::round, 0, pace.least().toMillis(), TimeUnit.MILLISECONDS);
    }

    private void round() {
        boolean isDue;
        synchronized (this) {
            isDue = !wasFetched || System.nanoTime() - triedAt >= pace.usual().toNanos();
        }
        if (isDue) {
            var unused = refresh();
        }
    }

    /** As they were last fetched; empty if they never were. */
    Optional<JWKSet> current() {
        return keys;
    }

    /**
     * Fetches them, unless that was tried just now; completes, never exceptionally, when {@link #current} is as new as can
     * be.
     */
    synchronized CompletableFuture<Void> refresh() {
        if (!underWay.isDone()
                || (wasTried && System.nanoTime() - triedAt < pace.least().toNanos())) {
            return underWay;
        }
        triedAt = System.nanoTime();
        wasTried = true;
        underWay = fetch().handle((fetched, failure) -> {
            note(fetched, failure);
            return null;
        });
        return underWay;
    }

    private synchronized void note(JWKSet fetched, Throwable failure) {
        boolean isFirst = !wasFetched;
        wasFetched = failure == null;
        if (failure == null) {
            keys = Optional.of(fetched);
            if (isFirst) {
                LOGGER.info("{} has {} keys", Settings.OIDC_ISSUER.name(), fetched.size());
            }
        } else {
            LOGGER.warn(
                    "the keys of {} were not fetched, those of before stay: {}",
                    Settings.OIDC_ISSUER.name(),
                    failure.toString());
        }
    }

    private CompletableFuture<JWKSet> fetch() {
        CompletableFuture<JWKSet> fetched = config.keys()
                .map(CompletableFuture::completedFuture)
                .orElseGet(() -> get(config.configuration()).thenApply(this::keysOf))
                .thenCompose(this::get)
                .thenApply(IssuerKeys::parse);
        return fetched.orTimeout(pace.limit().toMillis(), TimeUnit.MILLISECONDS);
    }

    private URI keysOf(String configuration) {
        JsonObject json = new JsonObject(configuration);
        if (!config.issuer().equals(json.getString("issuer"))) {
            throw new IllegalArgumentException("its configuration is that of another issuer");
        }
        // Judged like the setting it stands for.
        return URI.create(Settings.OIDC_JWKS_URI.parser().apply(json.getString("jwks_uri")));
    }

    private CompletableFuture<String> get(URI uri) {
        HttpRequest request = HttpRequest.newBuilder(uri)
                .timeout(pace.limit())
                .header("Accept", "application/json")
                .build();
        return client.sendAsync(request, head -> new BoundedBody(MAX_BYTES)).thenApply(IssuerKeys::bodyOf);
    }

    private static String bodyOf(HttpResponse<byte[]> response) {
        if (response.statusCode() != OK) {
            throw new UncheckedIOException(new IOException("status " + response.statusCode()));
        }
        return new String(response.body(), StandardCharsets.UTF_8);
    }

    private static JWKSet parse(String text) {
        try {
            return JWKSet.parse(text).toPublicJWKSet();
        } catch (ParseException e) {
            throw new IllegalArgumentException("its keys are no JWK set", e);
        }
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }
}
