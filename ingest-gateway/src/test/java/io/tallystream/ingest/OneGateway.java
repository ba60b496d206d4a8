package io.tallystream.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystream.embedded.EmbeddedKafka;
import io.tallystream.embedded.junit.WithKafka;
import io.tallystream.schema.kafka.Topics;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;

/** Tests of one gateway beside a broker that works; each test sends as a user of its own. */
@WithKafka
@Timeout(240)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class OneGateway {
    static final int LIMIT = 1024 * 1024;

    Gateway gateway;
    EventTopics topics;
    String user;

    @BeforeAll
    void start(EmbeddedKafka kafka) throws Exception {
        topics = new EventTopics(kafka.bootstrapServers()).make();
        gateway = Gateway.start(kafka.bootstrapServers(), variables()).awaitUp();
    }

    /** Beside those of every gateway. */
    Map<String, String> variables() {
        return Map.of();
    }

    @AfterAll
    void stop() {
        gateway.close();
        topics.close();
    }

    @BeforeEach
    void beAnotherUser() {
        user = "user-" + UUID.randomUUID();
    }

    static String[] rawPost(int length) {
        return new String[] {
            "POST /v1/events HTTP/1.1",
            "Host: localhost",
            "X-API-Key: " + Gateway.KEY,
            "Content-Type: application/json",
            "Content-Length: " + length
        };
    }

    String click(String id) {
        return "{\"type\":\"click\",\"id\":\"%s\",\"user_id\":\"%s\",\"product_id\":\"p1\"}".formatted(id, user);
    }

    String clicks(List<String> ids) {
        return ids.stream().map(this::click).collect(Collectors.joining(",", "[", "]"));
    }

    boolean isOurs(String value) {
        return value.contains(user);
    }

    ConsumerRecord<String, String> onlyRecord(String topic) {
        List<ConsumerRecord<String, String>> records = topics.read(topic, this::isOurs);
        assertThat(records).hasSize(1);
        return records.get(0);
    }

    static List<String> ids(List<ConsumerRecord<String, String>> records) {
        return records.stream()
                .map(record -> new JsonObject(record.value()).getString("id"))
                .toList();
    }

    /** All of them. The answer may name ids besides. */
    static void assertAccepted(HttpResponse<String> response, int events) {
        assertThat(response.statusCode()).as(response.body()).isEqualTo(202);
        JsonObject answer = new JsonObject(response.body());
        answer.remove("ids");
        assertThat(answer)
                .isEqualTo(new JsonObject()
                        .put("accepted", events)
                        .put("rejected", 0)
                        .put("items", new JsonArray()));
    }

    void assertNothingWrittenAndNextRequestWorks() throws Exception {
        assertAccepted(gateway.post(click("next")), 1);
        assertThat(ids(topics.read(Topics.USER_ACTIONS, this::isOurs))).containsExactly("next");
    }
}
