package io.tallystream.benchmarks.query;

import io.lettuce.core.RedisClient;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.tallystream.benchmarks.Figures;
import io.tallystream.benchmarks.Options;
import io.tallystream.embedded.EmbeddedRedis;
import io.tallystream.query.QueryApplication;
import io.tallystream.query.QueryConfig;
import io.tallystream.runtime.config.KeySources;
import io.tallystream.runtime.lifecycle.ServiceContext;
import io.tallystream.runtime.limit.AddressRanges;
import io.tallystream.runtime.management.HealthChecks;
import io.tallystream.runtime.security.ApiKeys;
import io.tallystream.runtime.security.KeyScope;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.PoolOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneId;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletionStage;

/**
 * How long answers of the query API take at a fixed rate, on a Redis with 7 days of minutes of 200 endpoints and 10 000 users of today;
 * beside it a bare {@code ZSCORE} on the same Redis at the same rate, and the same questions as SQL over one row for each call in a
 * PostgreSQL that has them in memory, with no index but the primary key and with indexes made for these questions. Needs Debian's {@code postgresql} (no cluster of it has to run); {@code sql=0}
 * leaves that out.
 *
 * <p>SQL is asked one query at a time, which is its best case: at the rate of the API it would not keep up.
 */
public final class QueryBenchmark {
    private static final String TOKEN = UUID.randomUUID().toString();
    private static final String REDIS = "bare ZSCORE";
    private static final String PLAIN_SQL = ", SQL";
    private static final String INDEXED_SQL = ", indexed SQL";
    private static final int WARM_UP_SECONDS = 5;
    private static final int CONNECTIONS = 32;
    private static final int SQL_TIMES = 5;

    private final Options options;
    private final Figures figures = new Figures();
    private final int endpoints;
    private final int users;

    /** A question, as it is asked here and there. */
    private record Question(String path, String sql) {}

    private QueryBenchmark(Options options) {
        this.options = options;
        endpoints = options.number("endpoints", 200);
        users = options.number("users", 10_000);
    }

    /**
     * Options: {@code rate} (1000 requests per second), {@code seconds} (20) of each question, {@code rounds} (3), {@code minutes}
     * (10080), {@code endpoints} (200), {@code users} (10000), {@code rows} (5000000) in SQL, spread over {@code days} (7), {@code sql} (1).
     */
    public static void main(String[] arguments) throws Exception {
        Options options = new Options(
                arguments, "rate", "seconds", "rounds", "minutes", "endpoints", "users", "rows", "days", "sql");
        Optional<Path> programs = SqlBaseline.programs();
        if (options.number("sql", 1) != 0 && programs.isEmpty()) {
            System.err.println("PostgreSQL is not installed: apt-get install postgresql, or sql=0 to do without.");
            System.exit(2);
        }
        new QueryBenchmark(options).run(programs);
    }

    private Map<String, Question> questions() {
        String endpoint = QueryData.endpoint(endpoints / 2);
        Map<String, Question> questions = new LinkedHashMap<>();
        questions.put("overview", new Question("/api/v1/stats/overview", """
                select (select count(*) from calls where at >= date_trunc('day', now())),
                  (select avg((status < 400)::int) from calls where at >= date_trunc('day', now())),
                  (select count(*) from calls where at >= date_trunc('hour', now())),
                  (select array_agg(e) from (select endpoint, count(*) from calls where at >= date_trunc('day', now())
                    group by 1 order by 2 desc limit 5) as e)"""));
        questions.put("60-minute trend", new Question("/api/v1/stats/trend?range=minute", """
                select date_trunc('minute', at), count(*) from calls where at >= now() - interval '60 minutes' group by 1 order by 1"""));
        questions.put("top 10 of %,d".formatted(users), new Question("/api/v1/stats/top?dimension=user", """
                select user_id, count(*) from calls where at >= date_trunc('day', now()) group by 1 order by 2 desc limit 10"""));
        questions.put(
                "30-day trend of one endpoint",
                new Question("/api/v1/stats/trend?dimension=endpoint&member=" + endpoint, """
                select date_trunc('day', at), count(*) from calls where endpoint = '%s' and at >= now() - interval '30 days'
                group by 1 order by 1""".formatted(endpoint)));
        return questions;
    }

    private void run(Optional<Path> programs) throws Exception {
        Path folder = Files.createTempDirectory("query-benchmark");
        try (EmbeddedRedis redis = EmbeddedRedis.start(
                new EmbeddedRedis.Config(folder, 0, UUID.randomUUID().toString()))) {
            long begin = System.nanoTime();
            QueryData.write(redis, options.number("minutes", 10_080), endpoints, users);
            System.out.printf(
                    "counts written in %d s%n",
                    Duration.ofNanos(System.nanoTime() - begin).toSeconds());
            api(redis, folder);
        }
        if (options.number("sql", 1) != 0) {
            sql(programs.orElseThrow());
        }
        figures.print("microseconds");
        compare();
    }

    private void api(EmbeddedRedis redis, Path folder) throws Exception {
        HealthChecks health = new HealthChecks();
        QueryConfig config = new QueryConfig(
                "127.0.0.1",
                0,
                new KeySources(ApiKeys.of("benchmark", KeyScope.READ, TOKEN), folder.resolve("no-keys")),
                AddressRanges.parse(""),
                redis.uri(),
                QueryData.PREFIX,
                ZoneId.of("UTC"),
                Duration.ofHours(1),
                QueryData.RETENTION,
                12,
                Duration.ofHours(12),
                Optional.empty(),
                8080,
                Optional.empty());
        Vertx vertx = Vertx.vertx();
        RedisClient client = RedisClient.create(redis.uri());
        try (QueryApplication application =
                new QueryApplication(config, new ServiceContext(new SimpleMeterRegistry(), health, failure -> {}))) {
            application.start();
            while (!health.results().get("query-redis").up()) {
                Thread.sleep(10);
            }
            HttpClient http = vertx.createHttpClient(
                    new HttpClientOptions().setDefaultHost("127.0.0.1").setDefaultPort(application.port()),
                    new PoolOptions().setHttp1MaxSize(CONNECTIONS));
            var commands = client.connect().async();
            int rate = options.number("rate", 1_000);
            int seconds = options.number("seconds", 20);
            for (Question question : questions().values()) {
                Pace.of(rate, WARM_UP_SECONDS, () -> ask(vertx, http, question.path()));
            }
            for (int round = 0; round < options.number("rounds", 3); round++) {
                measured(REDIS, Pace.of(rate, seconds, () -> commands.zscore("no such key", "member")));
                for (Map.Entry<String, Question> question : questions().entrySet()) {
                    measured(
                            question.getKey(),
                            Pace.of(
                                    rate,
                                    seconds,
                                    () -> ask(vertx, http, question.getValue().path())));
                }
            }
        } finally {
            client.shutdown(Duration.ZERO, Duration.ofSeconds(2));
            vertx.close().toCompletionStage().toCompletableFuture().get();
        }
    }

    private static CompletionStage<?> ask(Vertx vertx, HttpClient http, String path) {
        Promise<Object> answer = Promise.promise();
        // On one context: from elsewhere, the body may have come before anybody asks for it.
        vertx.runOnContext(any -> http.request(HttpMethod.GET, path)
                .compose(request ->
                        request.putHeader("Authorization", "Bearer " + TOKEN).send())
                .compose(QueryBenchmark::whole)
                .onComplete(done -> answer.handle(done.mapEmpty())));
        return answer.future().toCompletionStage();
    }

    private static Future<?> whole(HttpClientResponse response) {
        return response.statusCode() == 200
                ? response.body()
                : Future.failedFuture(new IOException("answered with " + response.statusCode()));
    }

    private void measured(String name, Pace pace) {
        figures.add(name + ", p50", pace.percentile(0.50));
        figures.add(name + ", p99", pace.percentile(0.99));
    }

    private void sql(Path programs) throws IOException, InterruptedException {
        SqlBaseline sql = SqlBaseline.start(
                programs, options.number("rows", 5_000_000), options.number("days", 7), endpoints, users);
        try {
            ask(sql, PLAIN_SQL);
            sql.index();
            ask(sql, INDEXED_SQL);
        } finally {
            sql.stop();
        }
    }

    private void ask(SqlBaseline sql, String name) throws IOException, InterruptedException {
        for (Map.Entry<String, Question> question : questions().entrySet()) {
            figures.add(question.getKey() + name, sql.micros(question.getValue().sql(), SQL_TIMES));
        }
    }

    private void compare() {
        System.out.println();
        for (String name : questions().keySet()) {
            double p50 = figures.median(name + ", p50");
            System.out.printf(
                    "%s: %.1f times a bare round trip (p99: %.1f times)",
                    name,
                    p50 / figures.median(REDIS + ", p50"),
                    figures.median(name + ", p99") / figures.median(REDIS + ", p99"));
            if (options.number("sql", 1) != 0) {
                System.out.printf(
                        "; SQL takes %.0f times as long, with indexes for it %.0f times",
                        figures.median(name + PLAIN_SQL) / p50, figures.median(name + INDEXED_SQL) / p50);
            }
            System.out.println();
        }
    }
}
