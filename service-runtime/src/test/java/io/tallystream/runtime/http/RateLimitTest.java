package io.tallystream.runtime.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystream.runtime.limit.AddressRanges;
import io.tallystream.runtime.limit.KeyRates;
import io.tallystream.runtime.security.ApiKey;
import io.tallystream.runtime.security.ApiKeys;
import io.tallystream.runtime.security.KeyScope;
import java.net.http.HttpResponse;
import java.time.Instant;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(240)
class RateLimitTest {
    private static final String LIMITED = "limited-0123456789";
    private static final String ONE = "one-a-second-0123456789";
    private static final String GENEROUS = "generous-0123456789";
    private static final String FREE = "free-0123456789ab";
    private static TestServer server;

    @BeforeAll
    static void start() throws Exception {
        ApiKeys keys = ApiKeys.parse("free=" + FREE)
                .and(List.of(key("limited", LIMITED, 10), key("one", ONE, 1), key("generous", GENEROUS, 5_000_000)));
        RateLimit charge = RateLimit.ofKeys(new KeyRates());
        server = TestServer.start(router -> {
            router.route()
                    .handler(new KeyAuthentication(
                            keys, KeyScope.INGEST, new AddressLimit(1_000, AddressRanges.parse(""))))
                    .handler(charge);
            router.route("/send/:events").handler(context -> {
                if (context.pathParam("events").equals("nothing")) {
                    context.fail(400);
                    return;
                }
                charge.take(context, Integer.parseInt(context.pathParam("events")));
                context.end("taken");
            });
        });
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @Test
    void shouldRefuseWhoIsPastItsRateAndSayWhenToComeBack() throws Exception {
        // Hours of its rate: whatever time the test takes, nothing is left.
        assertThat(send(LIMITED, 100_000).statusCode()).isEqualTo(200);

        HttpResponse<String> refused = send(LIMITED, 1);

        assertThat(TestServer.problem(refused, 429, "too-many-requests").getString("detail"))
                .contains("10 events per second");
        assertThat(Integer.parseInt(refused.headers().firstValue("Retry-After").orElseThrow()))
                .isBetween(9_000, 10_000);
        assertThat(refused.headers().allValues("RateLimit-Policy")).containsExactly("\"key\";q=10;w=1");
        assertThat(refused.headers().firstValue("RateLimit")).get().asString().matches("\"key\";r=0;t=(10000|9\\d{3})");
        assertThat(send(FREE, 1).statusCode()).isEqualTo(200);
        assertThat(send(GENEROUS, 1).statusCode()).isEqualTo(200);
    }

    @Test
    void shouldChargeOneForRequestsThatComeToNothing() throws Exception {
        HttpResponse<String> response = send(ONE, "nothing");
        for (int i = 0; i < 1_000 && response.statusCode() != 429; i++) {
            assertThat(response.statusCode()).isEqualTo(400);
            response = send(ONE, "nothing");
        }

        assertThat(response.statusCode()).isEqualTo(429);
    }

    @Test
    void shouldTellWhatIsLeft() throws Exception {
        HttpResponse<String> response = send(GENEROUS, 10);

        assertThat(response.headers().firstValue("RateLimit-Policy")).contains("\"key\";q=5000000;w=1");
        assertThat(response.headers().firstValue("RateLimit")).get().asString().matches("\"key\";r=49999\\d\\d;t=1");
    }

    @Test
    void shouldNotTellOfALimitWhereThereIsNone() throws Exception {
        HttpResponse<String> response = send(FREE, 1_000_000);

        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.headers().map()).doesNotContainKeys("ratelimit", "ratelimit-policy");
    }

    private static HttpResponse<String> send(String key, Object events) throws Exception {
        return server.send(server.request("/send/" + events).header("X-API-Key", key));
    }

    private static ApiKey key(String name, String secret, int rate) {
        return new ApiKey(
                name, KeyScope.INGEST, ApiKey.digestOf(secret), OptionalInt.of(rate), Set.of(), Instant.EPOCH);
    }
}
