package io.tallystream.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import io.lettuce.core.RedisClient;
import io.lettuce.core.api.StatefulRedisConnection;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A user is erased and stays so, through all that could bring them back. */
class ErasureIT {
    private static final Duration LIMIT = Duration.ofMinutes(2);
    private static final String CANARY = "canary-4711";

    @TempDir
    private Path folder;

    private final String zone = Noon.zone().getId();

    @Test
    void shouldKeepNothingOfAnErasedUser() throws Exception {
        String erasure;
        try (Tallystream tallystream = start()) {
            post(tallystream, click(CANARY), click(CANARY), click(CANARY), call(CANARY), call(CANARY), click("u2"));
            awaitTotals(tallystream, 2, 4);
            awaitClicks(tallystream, CANARY, 3);
            awaitClicks(tallystream, "u2", 1);
            await(() -> assertThat(callsOfToday(tallystream)).isEqualTo(2));

            HttpResponse<String> answer = tallystream.delete("/api/v1/users/" + CANARY);
            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(202);
            erasure = new JsonObject(answer.body()).getString("erasure");

            awaitClicks(tallystream, CANARY, 0);
            await(() -> assertThat(callsOfToday(tallystream)).isZero());
            assertThat(users(tallystream)).containsExactly("u2");
            awaitTotals(tallystream, 2, 4);
            assertReconciled(tallystream);

            run(tallystream, "rebuild");
            assertErased(tallystream);

            inRedis(tallystream, redis -> redis.sync().flushall());
            awaitTotals(tallystream, 2, 4);
            awaitClicks(tallystream, "u2", 1);
            await(() -> assertErased(tallystream));

            post(tallystream, click(CANARY));
            awaitTotals(tallystream, 2, 5);
            awaitClicks(tallystream, CANARY, 1);
            await(() -> {
                JsonObject today = tallystream.overview().getJsonObject("today");
                assertThat(today.getInteger("active_users"))
                        .as("one of them twice")
                        .isEqualTo(3);
                assertThat(today.getInteger("new_users")).isEqualTo(3);
            });
            assertReconciled(tallystream);
            assertLogged(tallystream, erasure);
            tallystream.interrupt();
            tallystream.exitCode(LIMIT);
        }
        try (Tallystream again = start()) {
            post(again, click(CANARY));
            awaitTotals(again, 2, 6);
            awaitClicks(again, CANARY, 2);
            assertReconciled(again);
        }
    }

    private Tallystream start() throws Exception {
        return Tallystream.ready(folder.resolve("data"), Map.of("TIME_ZONE", zone), "start");
    }

    private static void assertErased(Tallystream tallystream) {
        assertThat(users(tallystream)).containsExactly("u2");
        assertThat(callsOfToday(tallystream)).isZero();
    }

    /** Who asked, that it went its way and was done; and nowhere whom it was about. */
    private static void assertLogged(Tallystream tallystream, String erasure) {
        String log = tallystream.output() + tallystream.errors();
        assertThat(log)
                .contains(
                        "erasure " + erasure + ": asked for with key admin",
                        "erasure " + erasure + ": on its way",
                        "erasure " + erasure + ": the user is forgotten")
                .doesNotContain(CANARY);
    }

    private static void post(Tallystream tallystream, JsonObject... events) {
        HttpResponse<String> response = tallystream.post(new JsonArray(List.of(events)).encode());
        assertThat(response.statusCode()).as(response.body()).isEqualTo(202);
    }

    private static JsonObject click(String user) {
        return new JsonObject().put("type", "click").put("user_id", user).put("product_id", "p1");
    }

    private static JsonObject call(String user) {
        return new JsonObject()
                .put("type", "api_call")
                .put("user_id", user)
                .put("endpoint", "/a")
                .put("status", 200);
    }

    private static void awaitTotals(Tallystream tallystream, int calls, int clicks) {
        await(() -> {
            JsonObject today = tallystream.overview().getJsonObject("today");
            assertThat(today.getInteger("calls")).isEqualTo(calls);
            assertThat(today.getInteger("clicks")).isEqualTo(clicks);
        });
    }

    private static void awaitClicks(Tallystream tallystream, String user, int clicks) {
        await(() -> assertThat(
                        tallystream.ask("/api/v1/users/" + user + "/clicks").getInteger("clicks"))
                .isEqualTo(clicks));
    }

    private static int callsOfToday(Tallystream tallystream) {
        JsonArray days = tallystream.ask("/api/v1/users/" + CANARY).getJsonArray("days");
        return days.getJsonObject(days.size() - 1).getInteger("calls");
    }

    private static Stream<String> users(Tallystream tallystream) {
        return tallystream.ask("/api/v1/users").getJsonArray("data").stream()
                .map(user -> ((JsonObject) user).getString("user_id"));
    }

    private void assertReconciled(Tallystream tallystream) throws Exception {
        assertThat(run(tallystream, "reconcile", "--date", "today", "--recount"))
                .contains("The books balance.")
                .doesNotContain("OFF", "open");
    }

    /** A command beside the program. */
    private String run(Tallystream tallystream, String... arguments) throws Exception {
        Map<String, String> variables = new HashMap<>(Map.of("TIME_ZONE", zone));
        variables.put(
                "REDIS_PORT",
                Integer.toString(URI.create(tallystream.redisUri()).getPort()));
        variables.put("KAFKA_PORT", tallystream.kafka().replaceFirst(".*:", ""));
        try (Tallystream command = Tallystream.run(folder.resolve("data"), variables, arguments)) {
            int exitCode = command.exitCode(LIMIT);
            assertThat(exitCode).as(command.output() + command.errors()).isZero();
            return command.output();
        }
    }

    private static void inRedis(Tallystream tallystream, Consumer<StatefulRedisConnection<String, String>> work) {
        RedisClient client = RedisClient.create(tallystream.redisUri());
        try (StatefulRedisConnection<String, String> connection = client.connect()) {
            work.accept(connection);
        } finally {
            client.shutdown(Duration.ZERO, Duration.ofSeconds(2));
        }
    }

    private static void await(org.awaitility.core.ThrowingRunnable check) {
        Awaitility.await()
                .atMost(LIMIT)
                .pollInterval(Duration.ofMillis(100))
                .ignoreExceptions()
                .untilAsserted(check);
    }
}
