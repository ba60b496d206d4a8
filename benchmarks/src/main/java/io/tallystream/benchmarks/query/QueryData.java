package io.tallystream.benchmarks.query;

import io.tallystream.embedded.EmbeddedRedis;
import io.tallystream.runtime.redis.RedisConnector;
import io.tallystream.schema.count.CountAddress;
import io.tallystream.schema.count.Dimension;
import io.tallystream.schema.count.Granularity;
import io.tallystream.schema.count.Metric;
import io.tallystream.schema.count.Retention;
import io.tallystream.schema.count.Window;
import io.tallystream.schema.count.WindowCalendar;
import io.tallystream.schema.redis.CountKeys;
import io.tallystream.sink.redis.CountPipeline;
import io.tallystream.sink.redis.RedisCounts;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.Map;

/** Counts as a system of some size has them, written by the sink's own code. */
final class QueryData implements AutoCloseable {
    /** For which all of them are kept. */
    static final Duration KEPT = Duration.ofDays(365);

    static final String PREFIX = "bench";
    static final String ENDPOINT = "/api/v1/resource-";
    static final String USER = "user-";

    private static final String[] STATUSES = {"200", "404", "500", "503"};
    private static final int HOURS = 24;
    private static final int MINUTES = 24 * 60;
    private static final int BATCH = 20_000;

    private final int endpoints;
    private final Map<CountAddress, Long> batch = new HashMap<>();
    private final WindowCalendar calendar = new WindowCalendar(ZoneOffset.UTC);
    private final RedisCounts counts;

    private QueryData(EmbeddedRedis redis, int endpoints) {
        this.endpoints = endpoints;
        counts = new RedisCounts(
                new RedisConnector(
                        redis.uri(),
                        new RedisConnector.Limits(Duration.ofSeconds(30), CountPipeline.MAX_COMMANDS_UNDER_WAY)),
                new CountKeys(PREFIX, CountKeys.FIRST_GENERATION),
                new Retention(KEPT, KEPT, KEPT, KEPT),
                calendar,
                Clock.systemUTC(),
                false);
    }

    /**
     * Writes minutes, hours and days up to now by endpoint and by status, and the users of today.
     *
     * @param days how many of them have minutes and hours
     * @param users members of the dimension to rank
     */
    static void write(EmbeddedRedis redis, int days, int endpoints, int users) {
        try (QueryData data = new QueryData(redis, endpoints)) {
            Instant now = Instant.now();
            data.windows(Granularity.MINUTE, now, Duration.ofMinutes(1), days * MINUTES);
            data.windows(Granularity.HOUR, now, Duration.ofHours(1), days * HOURS);
            data.windows(Granularity.DAY, now, Duration.ofDays(1), days);
            Window today = data.calendar.windowAt(Granularity.DAY, now);
            for (int i = 0; i < users; i++) {
                data.put(new CountAddress(Metric.CALLS, today, Dimension.USER, user(i)), 1L + i);
            }
            data.flush();
        }
    }

    private void windows(Granularity granularity, Instant now, Duration step, int number) {
        for (int i = 0; i < number; i++) {
            window(calendar.windowAt(granularity, now.minus(step.multipliedBy(i))));
        }
    }

    static String endpoint(int number) {
        return ENDPOINT + number;
    }

    static String user(int number) {
        return USER + number;
    }

    private void window(Window window) {
        long total = 0;
        for (int i = 0; i < endpoints; i++) {
            put(new CountAddress(Metric.CALLS, window, Dimension.ENDPOINT, endpoint(i)), 1L + i);
            total += 1L + i;
        }
        put(CountAddress.ofTotal(Metric.CALLS, window), total);
        for (String status : STATUSES) {
            put(new CountAddress(Metric.CALLS, window, Dimension.STATUS, status), total / STATUSES.length);
        }
        if (batch.size() > BATCH) {
            flush();
        }
    }

    private void put(CountAddress address, long count) {
        batch.put(address, count);
    }

    private void flush() {
        counts.write(batch);
        batch.clear();
    }

    @Override
    public void close() {
        counts.close();
    }
}
