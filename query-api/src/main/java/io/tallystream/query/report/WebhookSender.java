package io.tallystream.query.report;

import static java.util.Objects.requireNonNull;

import io.lettuce.core.RedisException;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.tallystream.runtime.lifecycle.DaemonThreads;
import io.tallystream.schema.count.Granularity;
import io.tallystream.schema.count.Window;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Clock;
import java.time.Duration;
import java.time.LocalDate;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Posts reports, at least once each: what was delivered is noted in Redis afterwards, so one may come again after a crash,
 * or from another server. Tries a few times and then leaves it to whoever offers the report again. Thread-safe; nobody waits
 * for it.
 */
final class WebhookSender implements AutoCloseable {
    static final String TIMESTAMP_HEADER = "X-Tallystream-Timestamp";
    static final String SIGNATURE_HEADER = "X-Tallystream-Signature";

    private static final Logger LOGGER = LoggerFactory.getLogger(WebhookSender.class);
    private static final int TRIES = 5;
    private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
    private static final Duration CONNECT_LIMIT = Duration.ofSeconds(5);
    private static final Duration ANSWER_LIMIT = Duration.ofSeconds(10);
    private static final Duration REDIS_LIMIT = Duration.ofSeconds(5);
    private static final int MAX_WAITING = 2 * ReportSchedule.DAYS;
    private static final int SUCCESSES = 2;
    private static final int HUNDRED = 100;

    private final Webhook webhook;
    private final ReportStore store;
    private final Clock clock;
    private final Counter delivered;
    private final Counter failed;
    private final Set<String> waiting = ConcurrentHashMap.newKeySet();
    private final CountDownLatch closing = new CountDownLatch(1);
    // Never follows a redirection: only where the operator said are reports sent.
    private final HttpClient client = HttpClient.newBuilder()
            .connectTimeout(CONNECT_LIMIT)
            .followRedirects(HttpClient.Redirect.NEVER)
            .build();
    private final ThreadPoolExecutor sender = new ThreadPoolExecutor(
            1, 1, 0, TimeUnit.SECONDS, new ArrayBlockingQueue<>(MAX_WAITING), new DaemonThreads("report-webhook"));

    WebhookSender(Webhook webhook, ReportStore store, Clock clock, MeterRegistry meters) {
        this.webhook = requireNonNull(webhook, "webhook");
        this.store = requireNonNull(store, "store");
        this.clock = requireNonNull(clock, "clock");
        delivered = Counter.builder("tallystream.query.report.webhook.delivered")
                .description("Reports that the webhook has taken")
                .register(meters);
        failed = Counter.builder("tallystream.query.report.webhook.failed")
                .description("Tries to deliver a report that failed")
                .register(meters);
    }

    /** Posts a report, unless that revision or a later one has been delivered already. Returns at once. */
    void offer(JsonObject report) {
        String name = report.getString("date") + "." + report.getInteger("revision");
        if (waiting.add(name)) {
            try {
                sender.execute(() -> {
                    try {
                        deliver(report, name);
                    } finally {
                        waiting.remove(name);
                    }
                });
            } catch (RejectedExecutionException e) {
                waiting.remove(name);
                LOGGER.debug("{} is offered again later", name, e);
            }
        }
    }

    private void deliver(JsonObject report, String name) {
        LocalDate date = LocalDate.parse(report.getString("date"));
        int revision = report.getInteger("revision");
        try {
            Duration pause = FIRST_PAUSE;
            for (int left = TRIES; left > 0; left--) {
                if (await(store.posted(date)) >= revision) {
                    return;
                }
                if (post(report.encode(), name)) {
                    delivered.increment();
                    await(store.addPosted(new Window(Granularity.DAY, date.toString()), revision));
                    return;
                }
                failed.increment();
                if (left > 1 && closing.await(pause.toMillis(), TimeUnit.MILLISECONDS)) {
                    return;
                }
                pause = pause.multipliedBy(2);
            }
            LOGGER.warn("the webhook has not taken the report {}; it is offered again", name);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException | RedisException e) {
            LOGGER.warn("the report {} is offered again to the webhook: Redis does not answer", name);
        }
    }

    private boolean post(String body, String name) throws InterruptedException {
        long timestamp = clock.instant().getEpochSecond();
        HttpRequest request = HttpRequest.newBuilder(webhook.url())
                .header("Content-Type", "application/json")
                .header("User-Agent", "tallystream")
                .header(TIMESTAMP_HEADER, Long.toString(timestamp))
                .header(SIGNATURE_HEADER, "sha256=" + webhook.signature(timestamp, body))
                .POST(BodyPublishers.ofString(body))
                .build();
        CompletableFuture<HttpResponse<Void>> answer = client.sendAsync(request, BodyHandlers.discarding());
        try {
            // The client's own limit is one until the headers: their body may never come.
            int status =
                    answer.get(ANSWER_LIMIT.toMillis(), TimeUnit.MILLISECONDS).statusCode();
            if (status / HUNDRED == SUCCESSES) {
                return true;
            }
            LOGGER.info("{} answered {} to the report {}", webhook, status, name);
        } catch (ExecutionException e) {
            // Its message may hold the URL.
            LOGGER.info(
                    "{} was not reached with the report {}: {}",
                    webhook,
                    name,
                    e.getCause().getClass().getSimpleName());
        } catch (TimeoutException e) {
            LOGGER.info("{} has not answered to the report {} within {}", webhook, name, ANSWER_LIMIT);
        } finally {
            answer.cancel(true);
        }
        return false;
    }

    private static <T> T await(CompletionStage<T> stage)
            throws InterruptedException, ExecutionException, TimeoutException {
        return stage.toCompletableFuture().get(REDIS_LIMIT.toMillis(), TimeUnit.MILLISECONDS);
    }

    @Override
    public void close() {
        closing.countDown();
        sender.shutdownNow();
    }
}
