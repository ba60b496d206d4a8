package io.tallystream.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.tallystream.embedded.EmbeddedKafka;
import io.tallystream.embedded.junit.WithKafka;
import io.tallystream.schema.kafka.Topics;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What has begun when the gateway is asked to stop is finished. */
@WithKafka
@Timeout(240)
class ShutdownIT {
    private static final int REQUESTS = 50;
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    // Longer than the five seconds for which a server drains unless it is told otherwise.
    private static final Map<String, String> SLOW =
            Map.of("REQUEST_DEADLINE", "PT15S", "KAFKA_PRODUCER_LINGER_MS", "6000");

    private final String user = "user-" + UUID.randomUUID();

    @Test
    void shouldAnswerWhatWaitsForKafka(EmbeddedKafka kafka) throws Exception {
        try (EventTopics topics = new EventTopics(kafka.bootstrapServers()).make();
                Gateway gateway = Gateway.start(kafka.bootstrapServers(), SLOW).awaitUp()) {
            List<CompletableFuture<HttpResponse<String>>> answers = IntStream.range(0, REQUESTS)
                    .mapToObj(i -> gateway.postAsync(click()))
                    .toList();
            await().atMost(PATIENCE).until(() -> gateway.requestsUnderWay() == REQUESTS);

            CompletableFuture<Void> closed = CompletableFuture.runAsync(gateway::close);

            for (CompletableFuture<HttpResponse<String>> answer : answers) {
                assertThat(answer).succeedsWithin(PATIENCE);
                assertThat(answer.join().statusCode()).isEqualTo(202);
            }
            assertThat(closed).succeedsWithin(PATIENCE);
            assertThat(topics.read(Topics.USER_ACTIONS, value -> value.contains(user)))
                    .hasSize(REQUESTS);
            assertThatThrownBy(() -> gateway.post(click())).isInstanceOf(IOException.class);
        }
    }

    @Test
    void shouldGoOnForAWhileAndSendClientsElsewhere(EmbeddedKafka kafka) throws Exception {
        try (EventTopics topics = new EventTopics(kafka.bootstrapServers()).make();
                Gateway gateway = Gateway.start(kafka.bootstrapServers(), Map.of("SHUTDOWN_DELAY", "PT8S"))
                        .awaitUp()) {
            assertThat(gateway.post(click()).headers().firstValue("Connection")).isEmpty();

            CompletableFuture<Void> closed = CompletableFuture.runAsync(gateway::close);

            await().atMost(PATIENCE).untilAsserted(() -> {
                HttpResponse<String> answer = gateway.post(click());
                assertThat(answer.statusCode()).isEqualTo(202);
                assertThat(answer.headers().firstValue("Connection")).contains("close");
            });
            assertThat(closed).isNotDone();
            assertThat(closed).succeedsWithin(PATIENCE);
            assertThat(topics.read(Topics.USER_ACTIONS, value -> value.contains(user)))
                    .hasSizeGreaterThanOrEqualTo(2);
        }
    }

    private String click() {
        return "{\"type\":\"click\",\"product_id\":\"p\",\"user_id\":\"" + user + "\"}";
    }
}
