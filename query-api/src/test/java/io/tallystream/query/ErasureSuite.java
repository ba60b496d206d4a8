package io.tallystream.query;

import static io.tallystream.query.Problems.assertProblem;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.tallystream.schema.erasure.ErasureRequest;
import io.tallystream.schema.redis.CountKeys;
import io.vertx.core.json.JsonObject;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the query API does of an erasure; the rest is the sink's and the processor's. */
abstract class ErasureSuite extends ApiSuite {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    ErasureSuite(String redisUri) {
        super(redisUri);
    }

    @ParameterizedTest
    @ValueSource(strings = {"u1", "growth", "a b", "a/b", "%", "ü|:"})
    void shouldAnswerWhenTheRequestIsSafe(String user) throws Exception {
        CompletableFuture<HttpResponse<String>> answer = send(user, Api.TOKEN);

        ErasureRequest request = awaitPending();
        assertThat(request.userId()).isEqualTo(user);
        assertThat(answer).isNotDone();
        counts.redis().set(CountKeys.erasureTaken(prefix, request.id()), "1");

        HttpResponse<String> response = answer.join();
        assertThat(response.statusCode()).as(response.body()).isEqualTo(202);
        assertThat(new JsonObject(response.body()))
                .isEqualTo(new JsonObject().put("user_id", user).put("erasure", request.id()));
        JsonNode contract = new YAMLMapper()
                .readTree(api.send(api.bare("/openapi.yaml").build()).body());
        new ContractSchemas(contract)
                .assertValid("#/components/schemas/Erasure", new JsonObject(response.body()), "DELETE " + user);
    }

    @Test
    void shouldWithdrawWhatNobodyTakes() throws Exception {
        HttpResponse<String> response = send("u1", Api.TOKEN).join();

        assertProblem(response, 503, "not-erased");
        assertThat(pending()).isEmpty();
    }

    @Test
    void shouldNotTakeARedisThatWasEmptiedForASinkThatTook() throws Exception {
        CompletableFuture<HttpResponse<String>> answer = send("u1", Api.TOKEN);
        awaitPending();

        counts.redis().del(CountKeys.erasures(prefix));

        assertProblem(answer.join(), 503, "not-erased");
    }

    @Test
    void shouldTakeKeysOfAdministratorsOnly() throws Exception {
        assertProblem(send("u1", Api.READ_KEY).join(), 403, "forbidden");
        assertProblem(api.send(api.bare("/api/v1/users/u1").DELETE().build()), 401, "unauthorized");
        assertThat(pending()).isEmpty();
    }

    private CompletableFuture<HttpResponse<String>> send(String user, String key) {
        String path = "/api/v1/users/"
                + URLEncoder.encode(user, StandardCharsets.UTF_8).replace("+", "%20");
        HttpRequest request =
                api.bare(path).header("Authorization", "Bearer " + key).DELETE().build();
        return api.sendAsync(request);
    }

    private ErasureRequest awaitPending() {
        await().atMost(PATIENCE).until(() -> pending().size() == 1);
        return ErasureRequest.ofMember(pending().iterator().next()).orElseThrow();
    }

    private Set<String> pending() {
        return counts.redis().smembers(CountKeys.erasures(prefix));
    }
}
