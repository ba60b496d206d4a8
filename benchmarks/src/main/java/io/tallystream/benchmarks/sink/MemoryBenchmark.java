package io.tallystream.benchmarks.sink;

import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.ScoredValue;
import io.lettuce.core.api.StatefulRedisConnection;
import io.tallystream.benchmarks.Benchmark;
import io.tallystream.benchmarks.Session;
import io.tallystream.benchmarks.report.Comparison;
import io.tallystream.benchmarks.report.Measurement;
import io.tallystream.embedded.EmbeddedRedis;
import io.tallystream.schema.count.CountAddress;
import io.tallystream.schema.count.Dimension;
import io.tallystream.schema.count.Granularity;
import io.tallystream.schema.count.Metric;
import io.tallystream.schema.count.Window;
import io.tallystream.schema.count.WindowCalendar;
import io.tallystream.schema.redis.CountKeys;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;

/** Bytes that Redis takes for each counter, as it holds them and with a string key for each, both with expiry. */
public final class MemoryBenchmark implements Benchmark {
    private static final String STRINGS = "a string key for each counter";
    private static final String SETS = "sorted sets";
    private static final int PIECE = 1_000;
    private static final int COUNT = 1_234;

    private record Shape(
            String name,
            Granularity granularity,
            int windows,
            Dimension dimension,
            int members,
            IntFunction<String> member) {}

    /** Has no options. One round of it takes some minutes and 2 GB. */
    @Override
    public void run(Session session) throws Exception {
        int minutes = session.isQuick() ? 500 : 7 * 24 * 60;
        int days = session.isQuick() ? 1 : 30;
        List<Shape> shapes = List.of(
                new Shape(
                        "200 endpoints, %,d minutes".formatted(minutes),
                        Granularity.MINUTE,
                        minutes,
                        Dimension.ENDPOINT,
                        200,
                        i -> "/api/v1/resource-" + i),
                new Shape(
                        "100,000 users, %d days".formatted(days),
                        Granularity.DAY,
                        days,
                        Dimension.USER,
                        100_000,
                        i -> "user-" + i));
        try (EmbeddedRedis redis = EmbeddedRedis.start(new EmbeddedRedis.Config(
                        session.folder(), 0, UUID.randomUUID().toString()));
                RedisClient client = RedisClient.create(redis.uri());
                StatefulRedisConnection<String, String> connection = client.connect()) {
            connection.setAutoFlushCommands(false);
            call(connection, connection.async().configSet("appendonly", "no"));
            for (Shape shape : shapes) {
                Comparison comparison =
                        session.report().comparison("memory of Redis, " + shape.name(), "bytes each counter", STRINGS);
                for (int round = 1; round <= session.rounds(); round++) {
                    session.tell("round %d: %s, %s".formatted(round, shape.name(), STRINGS));
                    comparison.add(STRINGS, Measurement.of(bytesEach(connection, shape, true)));
                    session.tell("round %d: %s, %s".formatted(round, shape.name(), SETS));
                    comparison.add(SETS, Measurement.of(bytesEach(connection, shape, false)));
                }
            }
        }
    }

    private static double bytesEach(StatefulRedisConnection<String, String> connection, Shape shape, boolean strings)
            throws Exception {
        call(connection, connection.async().flushall());
        long before = used(connection);
        CountKeys keys = new CountKeys("tally", 1);
        WindowCalendar calendar = new WindowCalendar(ZoneOffset.UTC);
        Duration step = shape.granularity() == Granularity.MINUTE ? Duration.ofMinutes(1) : Duration.ofDays(1);
        Instant end = Instant.now();
        Instant expiry = end.plus(Duration.ofDays(30));
        for (int i = 0; i < shape.windows(); i++) {
            Window window = calendar.windowAt(shape.granularity(), end.minus(step.multipliedBy(i)));
            write(connection, keys, window, shape, expiry, strings);
        }
        return (double) (used(connection) - before) / ((long) shape.windows() * shape.members());
    }

    @SuppressWarnings("unchecked") // An array of a generic type cannot be made otherwise.
    private static void write(
            StatefulRedisConnection<String, String> connection,
            CountKeys keys,
            Window window,
            Shape shape,
            Instant expiry,
            boolean strings)
            throws Exception {
        List<RedisFuture<?>> replies = new ArrayList<>();
        String key = keys.members(window, Metric.CALLS, shape.dimension());
        for (int from = 0; from < shape.members(); from += PIECE) {
            List<ScoredValue<String>> scores = new ArrayList<>();
            for (int i = from; i < Math.min(shape.members(), from + PIECE); i++) {
                String member = keys.member(new CountAddress(
                        Metric.CALLS, window, shape.dimension(), shape.member().apply(i)));
                if (strings) {
                    String name = key + ":" + member;
                    replies.add(connection.async().set(name, Integer.toString(COUNT + i)));
                    replies.add(connection.async().expireat(name, expiry));
                } else {
                    scores.add(ScoredValue.just(COUNT + i, member));
                }
            }
            if (!strings) {
                replies.add(connection.async().zadd(key, scores.toArray(ScoredValue[]::new)));
                replies.add(connection.async().expireat(key, expiry));
            }
            connection.flushCommands();
            for (RedisFuture<?> reply : replies) {
                reply.get(30, TimeUnit.SECONDS);
            }
            replies.clear();
        }
    }

    private static long used(StatefulRedisConnection<String, String> connection) throws Exception {
        return call(connection, connection.async().info("memory"))
                .lines()
                .filter(line -> line.startsWith("used_memory:"))
                .mapToLong(line -> Long.parseLong(line.substring("used_memory:".length())))
                .findFirst()
                .orElseThrow();
    }

    private static <T> T call(StatefulRedisConnection<String, String> connection, RedisFuture<T> reply)
            throws Exception {
        connection.flushCommands();
        return reply.get(60, TimeUnit.SECONDS);
    }
}
