package io.tallystream.ingest;

import static io.tallystream.ingest.Problems.assertProblem;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tallystream.embedded.EmbeddedKafka;
import io.tallystream.schema.kafka.Topics;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Each with a broker of its own, which goes away or is not fit. */
@Timeout(240)
class IngestOutageIT {
    private static final Duration ANSWER_LIMIT = Duration.ofSeconds(10);
    private static final String CLICK = "{\"type\":\"click\",\"product_id\":\"p1\"}";
    private static final String CALL = "{\"type\":\"api_call\",\"endpoint\":\"/x\",\"status\":200}";

    @TempDir
    private Path folder;

    @Test
    void shouldBecomeReadyOnceTheTopicsAreMade() throws Exception {
        try (EmbeddedKafka kafka = start(0);
                EventTopics topics = new EventTopics(kafka.bootstrapServers());
                Gateway gateway = Gateway.start(kafka.bootstrapServers(), Map.of())) {
            gateway.awaitDownBecauseOf("UnknownTopicOrPartition");
            assertUnavailable(gateway.post(CLICK));

            topics.make();

            gateway.awaitUp();
            assertThat(gateway.post(CLICK).statusCode()).isEqualTo(202);
            assertThat(gateway.post(CALL).statusCode()).isEqualTo(202);
            assertThat(topics.read(Topics.USER_ACTIONS, value -> true)).hasSize(1);
            assertThat(topics.read(Topics.API_CALLS, value -> true)).hasSize(1);
        }
    }

    @Test
    void shouldAcceptNothingWhileTheBrokerIsAwayAndGoOnWhenItIsBack() throws Exception {
        EmbeddedKafka kafka = start(0);
        int port = kafka.port();
        try (EventTopics topics = new EventTopics(kafka.bootstrapServers()).make();
                Gateway gateway =
                        Gateway.start(kafka.bootstrapServers(), Map.of()).awaitUp()) {
            assertThat(gateway.post(CLICK).statusCode()).isEqualTo(202);
            kafka.close();

            assertAllUnavailableInTime(gateway);
            gateway.awaitDownBecauseOf("");
            // By now the producer has given up what it knew of the cluster, which must not make it wait either.
            assertAllUnavailableInTime(gateway);
            assertThat(gateway.bytesUnderWay()).isZero();

            kafka = start(port);
            gateway.awaitUp();
            await().atMost(Duration.ofSeconds(30))
                    .untilAsserted(
                            () -> assertThat(gateway.post(CALL).statusCode()).isEqualTo(202));
            assertThat(topics.read(Topics.API_CALLS, value -> true)).hasSize(1);
            assertThat(topics.read(Topics.USER_ACTIONS, value -> true)).hasSize(1);
        } finally {
            kafka.close();
        }
    }

    @Test
    void shouldAcceptNothingOfWhichTheBrokerRefusesAPart() throws Exception {
        try (EmbeddedKafka kafka = start(0);
                EventTopics topics = new EventTopics(kafka.bootstrapServers()).makeWithoutRoomOn(Topics.USER_ACTIONS);
                Gateway gateway =
                        Gateway.start(kafka.bootstrapServers(), Map.of()).awaitUp()) {
            assertUnavailable(gateway.post(CLICK));
            HttpResponse<String> half = gateway.post("[" + CALL + "," + CLICK + "]");
            assertUnavailable(half);
            JsonArray ids = new JsonObject(half.body()).getJsonArray("ids");
            assertThat(ids).hasSize(2);
            assertThat(topics.read(Topics.API_CALLS, value -> true))
                    .as("sent again with the ids that it got, what was written counts once")
                    .extracting(call -> new JsonObject(call.value()).getString("id"))
                    .containsExactly(ids.getString(0));
            assertThat(gateway.post(CALL).statusCode()).isEqualTo(202);
            assertThat(gateway.events("unavailable")).isEqualTo(3);
            assertThat(topics.read(Topics.USER_ACTIONS, value -> true)).isEmpty();
        }
    }

    /** Single events and an array at once; a path that needs no Kafka is answered meanwhile. */
    private static void assertAllUnavailableInTime(Gateway gateway) throws Exception {
        String array = "[" + String.join(",", Collections.nCopies(50, CLICK)) + "]";
        List<CompletableFuture<HttpResponse<String>>> responses =
                Stream.of(CLICK, array, CLICK, array).map(gateway::postAsync).toList();

        assertProblem(gateway.send(gateway.request("/v1/nothing").build()), 404, "not-found");

        for (CompletableFuture<HttpResponse<String>> response : responses) {
            assertThat(response).succeedsWithin(ANSWER_LIMIT);
            assertUnavailable(response.join());
        }
    }

    private static void assertUnavailable(HttpResponse<String> response) {
        assertProblem(response, 503, "unavailable");
        assertThat(response.headers().firstValue("Retry-After")).contains("1");
    }

    private EmbeddedKafka start(int port) {
        return EmbeddedKafka.start(new EmbeddedKafka.Config(folder, port));
    }
}
