package io.tallystream.faults.load;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tallystream.faults.load.Traffic.Made;
import io.tallystream.faults.system.Installation;
import io.tallystream.faults.truth.Journal;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;

/**
 * A client of the gateways that sends one batch after the other, and each as long as it takes until it is answered for good.
 * A few are sent once more after that, as if their answers had been lost. For one thread.
 */
final class HttpSender {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final Duration PATIENCE = Installation.REQUEST_DEADLINE.plusSeconds(4);
    private static final long RETRY_MILLIS = 100;
    private static final int LARGEST_BATCH = 20;
    private static final int REPEATED_PERCENT = 3;
    private static final int HTTP_ACCEPTED = 202;
    private static final int HTTP_NOTHING_VALID = 422;

    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(PATIENCE)
            .build();
    private final Traffic traffic;
    private final Journal journal;
    private final Requests requests;
    private final RandomGenerator random;
    private final List<URI> gateways;
    private int gateway;

    HttpSender(Traffic traffic, Journal journal, Requests requests, RandomGenerator random, List<Integer> ports) {
        this.traffic = traffic;
        this.journal = journal;
        this.requests = requests;
        this.random = random;
        gateways = ports.stream()
                .map(port -> URI.create("http://127.0.0.1:" + port + "/v1/events"))
                .toList();
        gateway = random.nextInt(gateways.size());
    }

    /** Sends a batch, and returns when all of it is known. */
    void sendOne(Pace pace) throws InterruptedException {
        int size = 1 + random.nextInt(LARGEST_BATCH);
        pace.await(size);
        List<Made> batch = new ArrayList<>(size);
        for (int i = 0; i < size; i++) {
            batch.add(traffic.next());
        }
        batch.forEach(made -> journal.sending(made.entry(), made.event()));
        String body = body(batch);
        take(batch, untilKnown(body));
        if (random.nextInt(100) < REPEATED_PERCENT) {
            requests.repeated();
            untilKnown(body);
        }
    }

    private static String body(List<Made> batch) {
        return batch.stream().map(Made::json).collect(Collectors.joining(",", "[", "]"));
    }

    /** An answer that says what became of each event. */
    private HttpResponse<String> untilKnown(String body) throws InterruptedException {
        while (true) {
            HttpResponse<String> response = send(body);
            if (response != null
                    && (response.statusCode() == HTTP_ACCEPTED || response.statusCode() == HTTP_NOTHING_VALID)) {
                return response;
            }
            // To the other one, as a load balancer would.
            gateway = (gateway + 1) % gateways.size();
            TimeUnit.MILLISECONDS.sleep(RETRY_MILLIS);
        }
    }

    private HttpResponse<String> send(String body) throws InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(gateways.get(gateway))
                .timeout(PATIENCE)
                .header("Authorization", "Bearer " + Installation.INGEST_KEY)
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(body))
                .build();
        long begin = System.nanoTime();
        try {
            HttpResponse<String> response = http.send(request, BodyHandlers.ofString());
            requests.answered(response.statusCode(), System.nanoTime() - begin);
            return response;
        } catch (IOException e) {
            requests.unanswered();
            return null;
        }
    }

    private void take(List<Made> batch, HttpResponse<String> response) {
        Set<Integer> refused = new HashSet<>();
        try {
            for (JsonNode item : MAPPER.readTree(response.body()).path("items")) {
                refused.add(item.path("index").asInt(-1));
            }
        } catch (JsonProcessingException e) {
            requests.wrong("an answer with status " + response.statusCode() + " is no JSON: " + e.getMessage());
        }
        for (int i = 0; i < batch.size(); i++) {
            Made made = batch.get(i);
            boolean meant = made.entry().kind() != Journal.Kind.ORDINARY;
            if (refused.contains(i) != meant) {
                requests.wrong("event %s was %s".formatted(made.entry().id(), meant ? "accepted" : "refused"));
            }
            if (refused.contains(i)) {
                journal.refused(made.entry());
            } else {
                journal.acknowledged(made.entry(), made.event());
            }
        }
    }
}
