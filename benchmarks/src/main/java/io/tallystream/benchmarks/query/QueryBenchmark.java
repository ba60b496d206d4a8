package io.tallystream.benchmarks.query;

import io.lettuce.core.RedisClient;
import io.lettuce.core.api.async.RedisAsyncCommands;
import io.tallystream.benchmarks.Benchmark;
import io.tallystream.benchmarks.MissingToolException;
import io.tallystream.benchmarks.Session;
import io.tallystream.benchmarks.load.Latencies;
import io.tallystream.benchmarks.load.Pace;
import io.tallystream.benchmarks.report.Comparison;
import io.tallystream.benchmarks.report.Measurement;
import io.tallystream.benchmarks.report.ProcessUsage;
import io.tallystream.embedded.EmbeddedRedis;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

/**
 * How long answers of the query API, a process of its own, take at a fixed rate, on a Redis with minutes, hours and days of
 * 200 endpoints and 10 000 users of today; beside it a bare {@code ZSCORE} on the same Redis at the same rate, and the same
 * questions as SQL over one row for each call in a PostgreSQL that has them in memory, with no index but the primary key and
 * with indexes made for these questions. That needs Debian's {@code postgresql} (no cluster of it has to run).
 *
 * <p>SQL is asked one query at a time, as at the rate of the API it would not keep up. So the API is asked one at a time,
 * too, by the same JVM and over HTTP, and that is what SQL is compared with. SQL is in its best case: it has fewer calls
 * than Redis has counted.
 */
public final class QueryBenchmark implements Benchmark {
    private static final String ALONE = "query API, one at a time";
    private static final String P50 = "query API, p50";
    private static final String P99 = "query API, p99";
    private static final String REDIS_P50 = "bare ZSCORE, p50";
    private static final String REDIS_P99 = "bare ZSCORE, p99";
    private static final Map<SqlBaseline.Table, String> SQL =
            Map.of(SqlBaseline.Table.PLAIN, "SQL", SqlBaseline.Table.INDEXED, "SQL with indexes for it");
    private static final int SQL_TIMES = 5;
    private static final int TIMES_ALONE = 100;

    /**
     * Options: {@code rate} (1000 requests per second), {@code seconds} (5) of each question, {@code warm-up} (20) seconds
     * of each, {@code days} (1,7,30) of data, {@code endpoints} (200), {@code users} (10000), {@code rows} (500000) of SQL
     * for each day.
     */
    @Override
    public void run(Session session) throws Exception {
        Optional<Path> programs = programs(session);
        Map<String, Comparison> curves = new HashMap<>();
        for (int days : session.options().numbers("days", session.isQuick() ? "1" : "1,7,30")) {
            Path folder = Files.createDirectory(session.folder().resolve(days + "-days"));
            try (EmbeddedRedis redis = EmbeddedRedis.start(new EmbeddedRedis.Config(
                            folder.resolve("redis"), 0, UUID.randomUUID().toString()));
                    RedisClient client = RedisClient.create(redis.uri())) {
                RedisAsyncCommands<String, String> commands = client.connect().async();
                // So that it does not rewrite its file while it is measured.
                commands.configSet("appendonly", "no").get(1, TimeUnit.MINUTES);
                int endpoints = session.options().number("endpoints", 200);
                int users = session.options().number("users", 10_000);
                session.tell("%d days: writing counts".formatted(days));
                QueryData.write(redis, days, endpoints, users);
                SqlBaseline sql = null;
                if (programs.isPresent()) {
                    int rows = days * session.number("rows", 500_000, 50_000);
                    session.tell("%d days: writing %,d rows of SQL, twice".formatted(days, rows));
                    sql = SqlBaseline.start(programs.get(), rows, days, endpoints, users);
                }
                try (QueryApi api = QueryApi.start(redis.uri(), folder)) {
                    new Run(session, days, Question.all(days, endpoints, users), commands, api, sql, curves)
                            .everything();
                } finally {
                    if (sql != null) {
                        sql.stop();
                    }
                    client.shutdown(Duration.ZERO, Duration.ofSeconds(2));
                }
            }
        }
    }

    private static Optional<Path> programs(Session session) throws Exception {
        try {
            return Optional.of(SqlBaseline.programs());
        } catch (MissingToolException e) {
            session.leaveOut(e);
            return Optional.empty();
        }
    }

    /**
     * What is asked of what.
     *
     * @param sql null if it is not installed
     * @param curves of each question's slowest answers by days
     */
    private record Run(
            Session session,
            int days,
            List<Question> questions,
            RedisAsyncCommands<String, String> redis,
            QueryApi api,
            SqlBaseline sql,
            Map<String, Comparison> curves) {
        void everything() throws Exception {
            session.tell("%d days: warming up".formatted(days));
            int warmUp = session.number("warm-up", 20, 1);
            for (Question question : questions) {
                // Until it is compiled it may not keep up, and refuse some.
                Pace.run(rate(), rate() * warmUp, () -> api.ask(question.path()).handle((answer, refused) -> answer));
            }
            Map<Question, Comparison> comparisons = new HashMap<>();
            for (Question question : questions) {
                String title = "%s, %d days of data, %,d requests per second".formatted(question.name(), days, rate());
                comparisons.put(question, session.report().comparison(title, "ms", ALONE));
            }
            for (int round = 1; round <= session.rounds(); round++) {
                for (Question question : questions) {
                    session.tell("%d days, round %d: %s".formatted(days, round, question.name()));
                    measure(question, comparisons.get(question));
                }
            }
        }

        private void measure(Question question, Comparison comparison) throws Exception {
            int number = rate() * session.number("seconds", 5, 2);
            Latencies bare = Pace.run(rate(), number, () -> redis.zscore("no such key", "member"));
            api.usage().sinceLast();
            Latencies answers = Pace.run(rate(), number, () -> api.ask(question.path()));
            ProcessUsage.Spent spent = api.usage().sinceLast();
            comparison.add(ALONE, Measurement.of(alone(question)));
            comparison.add(P50, Measurement.of(answers.millis(0.50), spent, number));
            comparison.add(P99, Measurement.of(answers.millis(0.99)));
            curve(question).add(dataOf(days), Measurement.of(answers.millis(0.99), spent, number));
            comparison.add(REDIS_P50, Measurement.of(bare.millis(0.50)));
            comparison.add(REDIS_P99, Measurement.of(bare.millis(0.99)));
            if (sql != null) {
                for (SqlBaseline.Table table : SqlBaseline.Table.values()) {
                    comparison.add(SQL.get(table), Measurement.of(sql.millis(table, question.sql(), SQL_TIMES)));
                }
            }
        }

        /** How long an answer takes when nothing else is asked, the middle of some times, in milliseconds. */
        private double alone(Question question) throws Exception {
            double[] millis = new double[TIMES_ALONE];
            for (int i = 0; i < TIMES_ALONE; i++) {
                long begin = System.nanoTime();
                api.ask(question.path()).toCompletableFuture().get(1, TimeUnit.MINUTES);
                millis[i] = (System.nanoTime() - begin) / 1e6;
            }
            Arrays.sort(millis);
            return millis[TIMES_ALONE / 2];
        }

        private Comparison curve(Question question) {
            return curves.computeIfAbsent(
                    question.name(),
                    name -> session.report().comparison("p99 by days of data: " + name, "ms", dataOf(days)));
        }

        private static String dataOf(int days) {
            return "%d days of data".formatted(days);
        }

        private int rate() {
            return session.options().number("rate", 1_000);
        }
    }
}
