package io.tallystream.query;

import static io.tallystream.query.Problems.assertProblem;
import static org.assertj.core.api.Assertions.assertThat;

import io.lettuce.core.ScoredValue;
import io.tallystream.embedded.EmbeddedRedis;
import io.tallystream.schema.count.Dimension;
import io.tallystream.schema.count.Metric;
import io.tallystream.schema.count.Window;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ExportIT extends WithApi {
    private static final int USERS = 25_000;

    ExportIT(EmbeddedRedis redis) {
        super(redis);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "/api/v1/users             | text/csv                         | text/csv",
                "/api/v1/users             | text/csv, application/json;q=0.5 | text/csv",
                "/api/v1/users             | application/json, text/csv;q=0.5 | application/json",
                "/api/v1/users             | */*                              | application/json",
                "/api/v1/users             | text/*                           | text/csv",
                "/api/v1/users?format=csv  | application/json                 | text/csv",
                "/api/v1/users?format=json | text/csv                         | application/json",
                "/api/v1/stats/day         | */*                              | text/csv",
            })
    void shouldComeInTheFormThatIsAskedFor(String path, String accept, String type) throws Exception {
        HttpResponse<String> response =
                api.send(api.request(path).header("Accept", accept).build());

        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.headers().firstValue("Content-Type").orElseThrow()).startsWith(type);
        assertThat(response.headers().firstValue("Vary")).contains("Accept");
        assertThat(response.headers().firstValue("Content-Disposition").isPresent())
                .isEqualTo(type.equals("text/csv"));
    }

    @Test
    void shouldRefuseFormsThatThereAreNot() throws Exception {
        assertProblem(
                api.send(api.request("/api/v1/users")
                        .header("Accept", "application/xml")
                        .build()),
                406,
                "not-acceptable");
        assertProblem(api.get("/api/v1/users?format=xml"), 400, "bad-parameter");
        assertProblem(api.get("/api/v1/stats/overview?format=csv"), 400, "bad-parameter");
    }

    @Test
    void shouldHoldAllMembersHoweverMany() throws Exception {
        addUsers(counts.keys().members(Window.LIFETIME, Metric.CLICKS, Dimension.USER));

        List<String> lines = api.csv("/api/v1/users?format=csv").lines().toList();

        assertThat(lines).hasSize(1 + USERS).startsWith("user_id,clicks", "\"user,9999\",1000");
        assertThat(new HashSet<>(lines)).hasSize(1 + USERS);
        List<Integer> clicks = new ArrayList<>(lines.subList(1, lines.size()).stream()
                .map(line -> Integer.valueOf(line.substring(line.lastIndexOf(',') + 1)))
                .toList());
        assertThat(clicks).isSortedAccordingTo((a, b) -> b - a);
        assertThat(api.csv("/api/v1/users?format=csv&limit=5").lines()).hasSize(6);
        assertThat(api.csv("/api/v1/users?format=csv&order=asc").lines()).hasSize(11);
    }

    @Test
    void shouldHoldEachMemberOnceWhileCountsChange() throws Exception {
        String key = counts.keys().members(Window.LIFETIME, Metric.CLICKS, Dimension.USER);
        addUsers(key);
        AtomicBoolean over = new AtomicBoolean();
        CompletableFuture<Void> clicks = CompletableFuture.runAsync(() -> {
            Random random = new Random(1);
            while (!over.get()) {
                counts.redis().zincrby(key, 1 + random.nextInt(1_000), user(random.nextInt(USERS)));
            }
        });

        List<String> users;
        try {
            users = api.csv("/api/v1/users?format=csv")
                    .lines()
                    .skip(1)
                    .map(line -> line.substring(1, line.lastIndexOf('"')))
                    .toList();
        } finally {
            over.set(true);
        }
        clicks.get();

        assertThat(users).doesNotHaveDuplicates().hasSize(USERS);
    }

    @SuppressWarnings({"unchecked", "rawtypes"}) // An array of a generic type cannot be made otherwise.
    private void addUsers(String key) {
        ScoredValue[] users = IntStream.range(0, USERS)
                .mapToObj(i -> ScoredValue.just(1 + i % 1_000, user(i)))
                .toArray(ScoredValue[]::new);
        counts.redis().zadd(key, users);
    }

    private static String user(int number) {
        return "user,%d".formatted(number);
    }

    @Test
    void shouldPutWhatIsNotCountedByNameLast() throws Exception {
        counts.total(Metric.CALLS, TODAY, 100)
                .put(Metric.CALLS, TODAY, Dimension.ENDPOINT, "/a", 10)
                .put(Metric.CALLS, TODAY, Dimension.ENDPOINT, "__other__/0", 60)
                .put(Metric.CALLS, TODAY, Dimension.ENDPOINT, "__other__/7", 30)
                .put(Metric.CALLS, TODAY, Dimension.STATUS, "200", 100)
                .put(Metric.CALLS, TODAY, Dimension.ENDPOINT_STATUS, "200 /a", 10)
                .put(Metric.CALLS, TODAY, Dimension.ENDPOINT_STATUS, "200 __other__/0", 60)
                .put(Metric.CALLS, TODAY, Dimension.ENDPOINT_STATUS, "200 __other__/7", 30);

        assertThat(api.csv(TOP + "?format=csv")).isEqualTo("endpoint,count,share\r\n/a,10,0.1\r\n__other__,90,0.9\r\n");
        assertThat(api.csv("/api/v1/stats/endpoints?format=csv").lines())
                .containsExactly(
                        "endpoint,calls,success_rate,timed_calls,p50,p90,p95,p99",
                        "/a,10,1.0,0,,,,",
                        "__other__,90,1.0,0,,,,");
        assertThat(api.csv("/api/v1/stats/day").lines())
                .containsExactly(
                        "metric,dimension,member,count",
                        "calls,total,,100",
                        "calls,endpoint,/a,10",
                        "calls,endpoint,__other__,90",
                        "calls,status,200,100",
                        "calls,endpoint_status,200 /a,10",
                        "calls,endpoint_status,200 __other__,90");
    }

    @Test
    void shouldKeepASpreadsheetFromRunningNames() throws Exception {
        counts.put(Metric.CLICKS, Window.LIFETIME, Dimension.USER, "=HYPERLINK(\"http://x\",\"y\")", 3)
                .put(Metric.CLICKS, Window.LIFETIME, Dimension.USER, "-2+3", 2);

        assertThat(api.csv("/api/v1/users?format=csv"))
                .isEqualTo("user_id,clicks\r\n\"'=HYPERLINK(\"\"http://x\"\",\"\"y\"\")\",3\r\n'-2+3,2\r\n");
    }

    @Test
    void shouldShowComparisonsBesideEachOther() throws Exception {
        counts.total(Metric.CALLS, TODAY, 5).total(Metric.CALLS, YESTERDAY, 4);

        assertThat(api.csv(TREND + "?granularity=day&from=2026-11-20&compare=previous&format=csv")
                        .lines())
                .containsExactly(
                        "time,count,final,compare_time,compare_count",
                        "2026-11-20T00:00:00Z,5,false,2026-11-19T00:00:00Z,4");
    }

    @Test
    void shouldSayWhyThereIsNone() throws Exception {
        assertProblem(api.get("/api/v1/stats/day?window=2020-01-01"), 422, "expired");
        assertProblem(api.get(TREND + "?format=csv&granularity=minute&from=2026-01-01"), 422, "expired");
        assertProblem(api.get(TOP + "?format=csv&limit=5000"), 400, "bad-parameter");
    }
}
