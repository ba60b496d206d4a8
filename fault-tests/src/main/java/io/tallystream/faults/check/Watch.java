package io.tallystream.faults.check;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.lettuce.core.RedisException;
import io.tallystream.faults.system.Installation;
import io.tallystream.faults.system.ServiceHandle;
import io.tallystream.faults.truth.Journal;
import io.tallystream.runtime.lifecycle.DaemonThreads;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Asks the query API four times a second, as long as the run takes, and looks whether what it answers can be true: calls are
 * never more than were sent, and never fewer than before unless Redis lost its data. Also notes how old the answers are,
 * that services live, and that keys expire. Thread-safe; asks in a thread of its own.
 */
public final class Watch implements AutoCloseable {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final long PERIOD_MILLIS = 250;
    private static final int EXPIRY_EVERY = 20;
    private static final Duration ANSWER_LIMIT = Duration.ofSeconds(5);
    private static final int HTTP_OK = 200;
    private static final int HTTP_UNAVAILABLE = 503;

    private final Installation installation;
    private final Journal journal;
    private final Violations violations;
    private final RedisContents redis;
    private final Instant since = Instant.now().minus(Duration.ofHours(2)).truncatedTo(ChronoUnit.HOURS);
    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(ANSWER_LIMIT)
            .build();
    private final ScheduledExecutorService thread =
            Executors.newSingleThreadScheduledExecutor(new DaemonThreads("fault-tests-watch"));
    private final Deque<Acknowledged> history = new ArrayDeque<>();
    private long turns;
    private long visible;
    private long visibleAsked = System.nanoTime();
    private boolean mayFall;
    private Duration worstStaleness = Duration.ZERO;

    /** How many calls were acknowledged at a time. */
    private record Acknowledged(long nanos, long calls) {}

    /** Begins to ask. */
    @SuppressWarnings("FutureReturnValueIgnored") // What a turn throws is a violation.
    public Watch(Installation installation, Journal journal, Violations violations) {
        this.installation = requireNonNull(installation, "installation");
        this.journal = requireNonNull(journal, "journal");
        this.violations = requireNonNull(violations, "violations");
        redis = new RedisContents(installation.redis().uri());
        thread.scheduleAtFixedRate(this::turn, 0, PERIOD_MILLIS, TimeUnit.MILLISECONDS);
    }

    /** From now on Redis may have less than before, until {@link #awaitVisible} has returned. */
    public synchronized void redisMayLoseData() {
        mayFall = true;
    }

    /**
     * Returns when that many calls are counted, by an answer to what was asked after this was called.
     *
     * @return whether they are, before the limit
     */
    public synchronized boolean awaitVisible(long calls, Duration limit) throws InterruptedException {
        long begin = System.nanoTime();
        // What was answered before may be from before Redis lost its data.
        while (visible < calls || visibleAsked - begin < 0) {
            long millis = TimeUnit.NANOSECONDS.toMillis(begin + limit.toNanos() - System.nanoTime());
            if (millis <= 0) {
                return false;
            }
            wait(millis);
        }
        mayFall = false;
        return true;
    }

    /** How old the newest of what was acknowledged was at most when it was not to be seen yet. */
    public synchronized Duration worstStaleness() {
        return worstStaleness;
    }

    private void turn() {
        try {
            ask();
            living();
            if (turns++ % EXPIRY_EVERY == 0) {
                expiries();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            violations.add(Invariant.LIVENESS, "the watch itself failed: " + e);
        }
    }

    private void ask() throws InterruptedException {
        long asked = System.nanoTime();
        remember(journal.acknowledgedCalls());
        JsonNode answer = get("/api/v1/stats/trend?granularity=hour&from=%s&to=%s"
                .formatted(since, Instant.now().plus(Duration.ofHours(2)).truncatedTo(ChronoUnit.HOURS)));
        if (answer == null) {
            return;
        }
        long calls = 0;
        for (JsonNode bucket : answer.path("data")) {
            calls += bucket.path("count").asLong();
        }
        // After the answer: what was sent meanwhile may be in it.
        long sent = journal.issuedCalls();
        if (calls > sent) {
            violations.add(Invariant.NEVER_ABOVE_TRUTH, "%d calls are counted, %d were sent".formatted(calls, sent));
        }
        take(calls, asked);
        JsonNode top = get("/api/v1/stats/top?metric=calls&dimension=endpoint&granularity=day&limit=50");
        if (top != null) {
            top.path("data").forEach(this::endpoint);
        }
    }

    private void endpoint(JsonNode row) {
        String name = row.path("member").asText();
        long count = row.path("count").asLong();
        if (count > journal.issuedCalls(name)) {
            violations.add(
                    Invariant.NEVER_ABOVE_TRUTH,
                    "%d calls of %s are counted, %d were sent".formatted(count, name, journal.issuedCalls(name)));
        }
    }

    private synchronized void remember(long acknowledged) {
        if (history.isEmpty() || history.getLast().calls() < acknowledged) {
            history.addLast(new Acknowledged(System.nanoTime(), acknowledged));
        }
    }

    private synchronized void take(long calls, long asked) {
        if (calls < visible && !mayFall) {
            violations.add(Invariant.MONOTONE, "%d calls were counted, now it is %d".formatted(visible, calls));
        }
        visible = calls;
        visibleAsked = asked;
        while (!history.isEmpty() && history.getFirst().calls() <= calls) {
            history.removeFirst();
        }
        if (!history.isEmpty()) {
            Duration age =
                    Duration.ofNanos(System.nanoTime() - history.getFirst().nanos());
            worstStaleness = age.compareTo(worstStaleness) > 0 ? age : worstStaleness;
        }
        notifyAll();
    }

    /** The answer; null if there is none now. */
    private JsonNode get(String path) throws InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + installation.queryPort() + path))
                .timeout(ANSWER_LIMIT)
                .header("Authorization", "Bearer " + Installation.ADMIN_TOKEN)
                .build();
        try {
            HttpResponse<String> response = http.send(request, BodyHandlers.ofString());
            if (response.statusCode() == HTTP_OK) {
                return MAPPER.readTree(response.body());
            }
            if (response.statusCode() != HTTP_UNAVAILABLE) {
                violations.add(
                        Invariant.HONEST_ANSWERS,
                        "%s was answered with %d: %s".formatted(path, response.statusCode(), response.body()));
            }
        } catch (IOException e) {
            // As good as no answer.
        }
        return null;
    }

    private void living() {
        for (ServiceHandle service : installation.services()) {
            if (service.isLost()) {
                violations.add(Invariant.LIVENESS, service + " ended by itself: " + service.lastLine());
                service.kill();
            }
        }
    }

    private void expiries() throws InterruptedException {
        try {
            List<String> wrong = redis.withWrongExpiry();
            if (!wrong.isEmpty()) {
                violations.add(Invariant.EXPIRY, wrong.size() + " keys, such as " + wrong.get(0));
            }
        } catch (RedisException e) {
            // It is being put to the test just now.
        }
    }

    @Override
    public void close() {
        thread.shutdownNow();
        try {
            thread.awaitTermination(ANSWER_LIMIT.toSeconds(), TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        redis.close();
    }
}
