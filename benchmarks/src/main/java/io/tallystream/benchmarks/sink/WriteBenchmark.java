package io.tallystream.benchmarks.sink;

import io.tallystream.benchmarks.Benchmark;
import io.tallystream.benchmarks.MissingToolException;
import io.tallystream.benchmarks.Session;
import io.tallystream.benchmarks.report.Comparison;
import io.tallystream.benchmarks.report.Measurement;
import io.tallystream.embedded.EmbeddedRedis;
import io.tallystream.runtime.redis.RedisConnector;
import io.tallystream.schema.count.CountAddress;
import io.tallystream.schema.count.Dimension;
import io.tallystream.schema.count.Granularity;
import io.tallystream.schema.count.Metric;
import io.tallystream.schema.count.Retention;
import io.tallystream.schema.count.WindowCalendar;
import io.tallystream.schema.redis.CountKeys;
import io.tallystream.sink.redis.CountPipeline;
import io.tallystream.sink.redis.RedisCounts;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Updates per second that the sink's write path applies to a Redis, beside {@code redis-benchmark -P 64 zadd} on the same
 * Redis in the same round. Needs {@code redis-benchmark} on the path (Debian: {@code apt-get install redis-tools}).
 *
 * <p>A batch has what a poll of counts topics has: {@code batch} updates, spread over totals, endpoints, statuses and users
 * of three granularities.
 */
public final class WriteBenchmark implements Benchmark {
    private static final String BASELINE = "redis-benchmark -P 64 zadd";
    private static final int USERS = 100_000;
    private static final int ENDPOINTS = 200;
    private static final Pattern RATE = Pattern.compile("([0-9.]+) requests per second");

    /** Options: {@code seconds} (5) of each round, {@code batch} (5000) of updates. */
    @Override
    public void run(Session session) throws Exception {
        int seconds = session.number("seconds", 5, 1);
        int batch = session.number("batch", 5_000, 5_000);
        Comparison comparison = session.report().comparison("writing counts to Redis", "updates per second", BASELINE);
        try (EmbeddedRedis redis = EmbeddedRedis.start(
                new EmbeddedRedis.Config(session.folder(), 0, UUID.randomUUID().toString()))) {
            // For the compilers.
            sink(redis, seconds, batch);
            for (int round = 1; round <= session.rounds(); round++) {
                session.tell("round " + round + ": redis-benchmark");
                comparison.add(BASELINE, Measurement.of(baseline(redis)));
                session.tell("round " + round + ": sink");
                comparison.add("sink", Measurement.of(sink(redis, seconds, batch)));
            }
        }
    }

    private static double baseline(EmbeddedRedis redis) throws Exception {
        String password = URI.create(redis.uri()).getUserInfo().substring(1);
        ProcessBuilder builder = new ProcessBuilder(
                        "redis-benchmark",
                        "-h",
                        "127.0.0.1",
                        "-p",
                        Integer.toString(redis.port()),
                        "-a",
                        password,
                        "-P",
                        "64",
                        "-n",
                        "2000000",
                        "-r",
                        Integer.toString(USERS),
                        "-q",
                        "-t",
                        "zadd")
                .redirectErrorStream(true);
        Process process;
        try {
            process = builder.start();
        } catch (IOException e) {
            throw new MissingToolException("redis-benchmark is not installed: apt-get install redis-tools");
        }
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        process.waitFor();
        Matcher matcher = RATE.matcher(output);
        double rate = Double.NaN;
        while (matcher.find()) {
            rate = Double.parseDouble(matcher.group(1));
        }
        if (Double.isNaN(rate)) {
            throw new IOException("redis-benchmark said: " + output);
        }
        return rate;
    }

    private static double sink(EmbeddedRedis redis, int seconds, int batchSize) {
        Retention retention =
                new Retention(Duration.ofDays(7), Duration.ofDays(30), Duration.ofDays(365), Duration.ofDays(30));
        WindowCalendar calendar = new WindowCalendar(ZoneOffset.UTC);
        SplittableRandom random = new SplittableRandom(1);
        try (RedisCounts counts = new RedisCounts(
                new RedisConnector(
                        redis.uri(),
                        new RedisConnector.Limits(Duration.ofSeconds(5), CountPipeline.MAX_COMMANDS_UNDER_WAY)),
                new CountKeys("bench", 1),
                retention,
                calendar,
                Clock.systemUTC(),
                false)) {
            long value = 0;
            counts.write(batch(random, calendar, ++value, batchSize));
            long applied = 0;
            long spent = 0;
            while (spent < Duration.ofSeconds(seconds).toNanos()) {
                Map<CountAddress, Long> batch = batch(random, calendar, ++value, batchSize);
                long begin = System.nanoTime();
                counts.write(batch);
                spent += System.nanoTime() - begin;
                applied += batch.size();
            }
            return applied * 1e9 / spent;
        }
    }

    private static Map<CountAddress, Long> batch(
            SplittableRandom random, WindowCalendar calendar, long value, int size) {
        Instant now = Instant.now();
        Map<CountAddress, Long> batch = new HashMap<>();
        for (Granularity granularity : new Granularity[] {Granularity.MINUTE, Granularity.HOUR, Granularity.DAY}) {
            var window = calendar.windowAt(granularity, now);
            batch.put(CountAddress.ofTotal(Metric.CALLS, window), value);
            for (int endpoint = 0; endpoint < ENDPOINTS; endpoint++) {
                batch.put(new CountAddress(Metric.CALLS, window, Dimension.ENDPOINT, "/api/v1/" + endpoint), value);
                batch.put(
                        new CountAddress(Metric.CALLS, window, Dimension.ENDPOINT_STATUS, "200 /api/v1/" + endpoint),
                        value);
            }
        }
        var day = calendar.windowAt(Granularity.DAY, now);
        while (batch.size() < size) {
            batch.put(new CountAddress(Metric.CALLS, day, Dimension.USER, "user-" + random.nextInt(USERS)), value);
        }
        return batch;
    }
}
