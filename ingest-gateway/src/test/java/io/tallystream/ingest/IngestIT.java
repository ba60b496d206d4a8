package io.tallystream.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tallystream.schema.kafka.Topics;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.utils.Utils;
import org.junit.jupiter.api.Test;

class IngestIT extends OneGateway {
    @Test
    void shouldWriteOneEventInItsNormalForm() throws Exception {
        OffsetDateTime time = OffsetDateTime.now(ZoneOffset.ofHours(1)).truncatedTo(ChronoUnit.MILLIS);
        HttpResponse<String> response = gateway.post("""
                {"type":"api_call","id":"e1","time":"%s","user_id":"%s","status":200,
                 "endpoint":"/orders/{id}?token=secret&x=1","method":"GET","duration_ms":12.4,"unknown":{"a":[1]}}
                """.formatted(time, user));

        assertAccepted(response, 1);
        assertThat(response.headers().firstValue("Content-Type")).contains("application/json");
        ConsumerRecord<String, String> record = onlyRecord(Topics.API_CALLS);
        assertThat(record.key()).isEqualTo(user);
        assertThat(new JsonObject(record.value()))
                .isEqualTo(new JsonObject()
                        .put("type", "api_call")
                        .put("id", "e1")
                        .put("time", time.toInstant().toEpochMilli())
                        .put("user_id", user)
                        .put("endpoint", "/orders/{id}")
                        .put("method", "GET")
                        .put("status", "200")
                        .put("duration_ms", 12));
        assertThat(record.timestampType()).isEqualTo(TimestampType.LOG_APPEND_TIME);
        assertThat(topics.read(Topics.USER_ACTIONS, this::isOurs)).isEmpty();
    }

    @Test
    void shouldGiveEventsAnIdAndATimeWhereTheyHaveNone() throws Exception {
        Instant before = Instant.now();
        String product = user;

        HttpResponse<String> response =
                gateway.post("[%1$s,%1$s]".formatted("{\"type\":\"click\",\"product_id\":\"" + product + "\"}"));
        assertAccepted(response, 2);

        List<ConsumerRecord<String, String>> records = topics.read(Topics.USER_ACTIONS, this::isOurs);
        assertThat(records).hasSize(2).allSatisfy(record -> {
            JsonObject event = new JsonObject(record.value());
            // Nobody owns it but itself.
            assertThat(record.key()).isEqualTo(event.getString("id"));
            assertThat(Instant.ofEpochMilli(event.getLong("time")))
                    .isBetween(before.minusMillis(1), Instant.now().plusMillis(1));
        });
        assertThat(new JsonObject(response.body()).getJsonArray("ids"))
                .doesNotHaveDuplicates()
                .containsExactlyInAnyOrder(records.get(0).key(), records.get(1).key());
    }

    @Test
    void shouldSendEachTypeToItsTopicAndTellWhatItRejected() throws Exception {
        HttpResponse<String> response = gateway.post("""
                [{"type":"click","id":"c","user_id":"%1$s","product_id":"p1"},
                 {"type":"api_call","id":"bad","user_id":"%1$s","status":"success"},
                 {"type":"page_view","id":"v","user_id":"%1$s","page":"/home"},
                 7,
                 {"type":"dwell","id":"d","user_id":"%1$s","page":"/home","duration_ms":900},
                 {"type":"api_call","id":"a","user_id":"%1$s","endpoint":"/x","status":"error"}]
                """.formatted(user));

        assertThat(response.statusCode()).isEqualTo(202);
        assertThat(new JsonObject(response.body()))
                .isEqualTo(new JsonObject()
                        .put("accepted", 4)
                        .put("rejected", 2)
                        .put(
                                "items",
                                new JsonArray()
                                        .add(new JsonObject()
                                                .put("index", 1)
                                                .put("id", "bad")
                                                .put("field", "endpoint")
                                                .put("code", "missing")
                                                .put("detail", "endpoint is required"))
                                        .add(new JsonObject()
                                                .put("index", 3)
                                                .put("code", "malformed")
                                                .put("detail", "the event must be a JSON object"))));
        assertThat(ids(topics.read(Topics.USER_ACTIONS, this::isOurs))).containsExactly("c", "v", "d");
        assertThat(ids(topics.read(Topics.API_CALLS, this::isOurs))).containsExactly("a");
    }

    @Test
    void shouldKeepTheOrderOfEventsOfOneUserOnThePartitionThatEveryProducerWouldTake() throws Exception {
        List<String> ids = IntStream.range(0, 500).mapToObj(i -> "e" + i).toList();
        assertAccepted(gateway.post(clicks(ids.subList(0, 400))), 400);
        assertAccepted(gateway.post(clicks(ids.subList(400, 500))), 100);

        List<ConsumerRecord<String, String>> records = topics.read(Topics.USER_ACTIONS, this::isOurs);

        assertThat(ids(records)).isEqualTo(ids);
        int murmur2 = Utils.toPositive(Utils.murmur2(user.getBytes(StandardCharsets.UTF_8))) % EventTopics.PARTITIONS;
        assertThat(records).extracting(ConsumerRecord::partition).containsOnly(murmur2);
    }

    @Test
    void shouldCountWhatBecameOfEvents() throws Exception {
        double accepted = gateway.events("accepted");
        double rejected = gateway.events("rejected");

        gateway.post("[" + click("m1") + "," + click("m2") + ",{}]");

        assertThat(gateway.events("accepted")).isEqualTo(accepted + 2);
        assertThat(gateway.events("rejected")).isEqualTo(rejected + 1);
        assertThat(gateway.bytesUnderWay()).isZero();
    }

    @Test
    void shouldTakeTheKeyAsAHeaderOfItsOwn() throws Exception {
        HttpRequest.Builder request =
                gateway.bare(Gateway.EVENTS).header("Content-Type", "application/json; charset=utf-8");

        assertAccepted(
                gateway.send(request.header("X-API-Key", Gateway.KEY)
                        .POST(BodyPublishers.ofString(click("k1")))
                        .build()),
                1);
    }

    @Test
    void shouldServeClientsThatAskForHttp2() throws Exception {
        HttpClient http2 =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_2).build();

        // The first asks to upgrade, the second is sent on what came of it.
        HttpResponse<String> first = http2.send(gateway.posting(click("h1")), BodyHandlers.ofString());
        HttpResponse<String> second = http2.send(gateway.posting(click("h2")), BodyHandlers.ofString());

        assertAccepted(first, 1);
        assertAccepted(second, 1);
        assertThat(ids(topics.read(Topics.USER_ACTIONS, this::isOurs))).containsExactly("h1", "h2");
    }

    @Test
    void shouldOutliveClientsThatGoAway() throws Exception {
        String event = click("gone");
        for (int i = 0; i < 20; i++) {
            try (RawConnection inTheBody = new RawConnection(gateway.port())) {
                inTheBody.sendHead(rawPost(event.length())).sendBody(event.substring(0, 10));
                inTheBody.abort();
            }
            try (RawConnection beforeTheAnswer = new RawConnection(gateway.port())) {
                beforeTheAnswer.sendHead(rawPost(event.length())).sendBody(event);
                beforeTheAnswer.abort();
            }
        }

        assertAccepted(gateway.post(click("stayed")), 1);
        await().untilAsserted(() -> assertThat(gateway.bytesUnderWay()).isZero());
    }

    @Test
    void shouldAnswerRequestsOfOneConnectionInTheirOrder() throws Exception {
        try (RawConnection connection = new RawConnection(gateway.port())) {
            String event = click("o1");
            connection.sendHead(rawPost(event.length())).sendBody(event);
            connection.sendHead(rawPost(2)).sendBody("[]");
            connection.sendHead(rawPost(1)).sendBody("[");

            assertThat(connection.read().status()).isEqualTo(202);
            assertThat(connection.read().status()).isEqualTo(422);
            assertThat(connection.read().status()).isEqualTo(400);
        }
    }
}
