package io.tallystream.sink.redis;

import io.lettuce.core.ScanArgs;
import io.lettuce.core.ScanIterator;
import io.lettuce.core.api.sync.RedisCommands;
import io.tallystream.runtime.redis.RedisConnector;
import io.tallystream.schema.count.Granularity;
import io.tallystream.schema.count.Retention;
import io.tallystream.schema.count.Window;
import io.tallystream.schema.count.WindowCalendar;
import io.tallystream.schema.redis.CountKeys;
import io.tallystream.sink.TestRedis;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;

/** Counts in a Redis, under a prefix of the test's own, and what the test may ask Redis of them. */
@Timeout(240)
abstract class RedisCountsSetup {
    static final Retention RETENTION =
            new Retention(Duration.ofHours(5), Duration.ofDays(6), Duration.ofDays(70), Duration.ofDays(8));
    static final Window LIFETIME = Window.LIFETIME;

    final TestRedis redis;
    final String prefix = UUID.randomUUID().toString();
    final CountKeys keys = new CountKeys(prefix, 1);
    final Instant now = Instant.now();
    RedisCounts counts;

    RedisCountsSetup(TestRedis redis) {
        this.redis = redis;
        counts = counts(Clock.systemUTC());
    }

    @AfterEach
    void close() {
        counts.close();
        redis.close();
    }

    RedisCounts counts(Clock clock) {
        return counts(redis.uri(), clock);
    }

    RedisCounts counts(String uri, Clock clock) {
        return new RedisCounts(connector(uri), keys, RETENTION, new WindowCalendar(ZoneOffset.UTC), clock, false);
    }

    Window minuteWindow() {
        return new WindowCalendar(ZoneOffset.UTC).windowAt(Granularity.MINUTE, now);
    }

    Map<String, Double> scores(String key) {
        Map<String, Double> scores = new HashMap<>();
        redis.holding(key)
                .zrangeWithScores(key, 0, -1)
                .forEach(entry -> scores.put(entry.getValue(), entry.getScore()));
        return scores;
    }

    List<String> keysWritten() {
        return redis.masters().stream()
                .flatMap(server -> keysOn(server).stream())
                .toList();
    }

    List<String> keysOn(RedisCommands<String, String> server) {
        return ScanIterator.scan(server, ScanArgs.Builder.matches(prefix + ":*").limit(1000)).stream()
                .distinct()
                .toList();
    }

    static RedisConnector connector(String uri) {
        return new RedisConnector(
                uri, new RedisConnector.Limits(Duration.ofSeconds(5), CountPipeline.MAX_COMMANDS_UNDER_WAY));
    }
}
