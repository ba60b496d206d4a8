package io.tallystream.client;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import java.lang.System.Logger.Level;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Brings batches to the gateway, each until it is settled. Thread-safe. */
final class Delivery {
    /** How many events the gateway takes in one request. */
    static final int MAX_BATCH = 10_000;

    private static final Duration FIRST_WAIT = Duration.ofMillis(100);
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(10);
    private static final Duration CONNECT_LIMIT = Duration.ofSeconds(5);
    private static final int MAX_REASON = 300;
    private static final Answer CLOSED = new Answer.Refused("the client was closed before they were acknowledged");
    private static final Pattern REJECTED = Pattern.compile("\"rejected\"\\s*:\\s*(\\d+)");

    private final URI events;
    private final String key;
    private final Duration requestLimit;
    private final Duration deliveryLimit;
    private final DeliveryListener listener;
    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(CONNECT_LIMIT)
            .build();
    private final CountDownLatch givenUp = new CountDownLatch(1);

    Delivery(URI events, String key, Duration requestLimit, Duration deliveryLimit, DeliveryListener listener) {
        this.events = requireNonNull(events, "events");
        this.key = requireNonNull(key, "key");
        this.requestLimit = requireNonNull(requestLimit, "requestLimit");
        this.deliveryLimit = requireNonNull(deliveryLimit, "deliveryLimit");
        this.listener = requireNonNull(listener, "listener");
    }

    /** From now on nothing is sent any more. */
    void giveUp() {
        givenUp.countDown();
    }

    /** What one request came to. */
    private sealed interface Answer {
        /** That many were accepted, and the others are rejected. */
        record Settled(int accepted, String body) implements Answer {}

        /** Nobody knows, or nobody has it: the same is to be sent again. */
        record Unsettled(String reason, Duration notBefore) implements Answer {}

        /** Too much for one request. */
        record TooLarge() implements Answer {}

        /** It will never be taken. */
        record Refused(String reason) implements Answer {}
    }

    /** How many of them were acknowledged. Returns when all are settled. */
    int deliver(List<Event> batch) {
        byte[] body = json(batch);
        long end = System.nanoTime() + deliveryLimit.toNanos();
        Duration wait = FIRST_WAIT;
        while (true) {
            Answer answer = givenUp.getCount() == 0 ? CLOSED : post(body, batch.size());
            if (answer instanceof Answer.Settled settled) {
                if (settled.accepted() < batch.size()) {
                    tell(() -> listener.rejected(batch, settled.body()));
                }
                return settled.accepted();
            }
            if (answer instanceof Answer.TooLarge && batch.size() > 1) {
                int half = batch.size() / 2;
                return deliver(batch.subList(0, half)) + deliver(batch.subList(half, batch.size()));
            }
            if (!(answer instanceof Answer.Unsettled unsettled)) {
                tell(() -> listener.lost(batch, reason(answer)));
                return 0;
            }
            Duration next = jittered(unsettled.notBefore().compareTo(wait) > 0 ? unsettled.notBefore() : wait);
            if (System.nanoTime() + next.toNanos() - end > 0 || !isPatient(batch, unsettled.reason(), next)) {
                tell(() -> listener.lost(batch, unsettled.reason()));
                return 0;
            }
            wait = wait.multipliedBy(2).compareTo(LONGEST_WAIT) < 0 ? wait.multipliedBy(2) : LONGEST_WAIT;
        }
    }

    private static String reason(Answer answer) {
        return answer instanceof Answer.Refused refused ? refused.reason() : "one event is too large for a request";
    }

    /** Waits, and returns whether the batch is to be sent again then. */
    private boolean isPatient(List<Event> batch, String reason, Duration wait) {
        if (givenUp.getCount() == 0) {
            return false;
        }
        tell(() -> listener.retrying(batch, reason, wait));
        try {
            return !givenUp.await(wait.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            return false;
        }
    }

    // Clients that failed together do not come back together.
    private static Duration jittered(Duration wait) {
        return wait.plusMillis(ThreadLocalRandom.current().nextLong(wait.toMillis() / 2 + 1));
    }

    private void tell(Runnable call) {
        try {
            call.run();
        } catch (RuntimeException e) {
            System.getLogger("io.tallystream.client").log(Level.ERROR, "the listener failed", e);
        }
    }

    private Answer post(byte[] body, int events) {
        HttpRequest request = HttpRequest.newBuilder(this.events)
                .header("Authorization", "Bearer " + key)
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofByteArray(body))
                .build();
        CompletableFuture<HttpResponse<String>> answer = http.sendAsync(request, BodyHandlers.ofString());
        try {
            // The client's own limit is one until the headers: their body may never come.
            return judge(answer.get(requestLimit.toNanos(), TimeUnit.NANOSECONDS), events);
        } catch (ExecutionException e) {
            return new Answer.Unsettled(String.valueOf(e.getCause()), Duration.ZERO);
        } catch (TimeoutException e) {
            answer.cancel(true);
            return new Answer.Unsettled("no answer within " + requestLimit, Duration.ZERO);
        } catch (InterruptedException e) {
            answer.cancel(true);
            // From close: it may have arrived.
            giveUp();
            return CLOSED;
        }
    }

    private static Answer judge(HttpResponse<String> response, int events) {
        int status = response.statusCode();
        String said = "status " + status + ": " + cut(response.body());
        return switch (status) {
            case 202 -> new Answer.Settled(events - rejected(response.body()), response.body());
            case 413 -> new Answer.TooLarge();
            case 422 -> new Answer.Settled(0, response.body());
            // A key may be made known or a rate be free again, and gateways come and go.
            case 401, 403, 408, 425, 429 -> new Answer.Unsettled(said, retryAfter(response));
            default -> status >= 500 ? new Answer.Unsettled(said, retryAfter(response)) : new Answer.Refused(said);
        };
    }

    private static int rejected(String body) {
        Matcher matcher = REJECTED.matcher(body);
        return matcher.find() ? Integer.parseInt(matcher.group(1)) : 0;
    }

    private static Duration retryAfter(HttpResponse<?> response) {
        try {
            long seconds = response.headers().firstValueAsLong("Retry-After").orElse(0);
            return Duration.ofSeconds(Math.max(0, Math.min(seconds, LONGEST_WAIT.toSeconds())));
        } catch (NumberFormatException e) {
            // A date, which a proxy may send: as if it were not there.
            return Duration.ZERO;
        }
    }

    private static String cut(String text) {
        return text.length() <= MAX_REASON ? text : text.substring(0, MAX_REASON) + "…";
    }

    private static byte[] json(List<Event> batch) {
        StringBuilder json = new StringBuilder(batch.size() * 200).append('[');
        for (Event event : batch) {
            if (json.length() > 1) {
                json.append(',');
            }
            event.writeTo(json);
        }
        return json.append(']').toString().getBytes(UTF_8);
    }
}
