package io.tallystream.sink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.lettuce.core.RedisClient;
import io.lettuce.core.ScanArgs;
import io.lettuce.core.ScanIterator;
import io.lettuce.core.api.sync.RedisCommands;
import io.tallystream.embedded.EmbeddedRedis;
import io.tallystream.schema.count.CountAddress;
import io.tallystream.schema.count.Retention;
import io.tallystream.schema.count.WindowCalendar;
import io.tallystream.schema.redis.CountKeys;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Everything that is in a Redis, and what should be there. */
final class RedisContents implements AutoCloseable {
    private final CountKeys keys;
    private final String prefix;
    private final Retention retention =
            new Retention(Duration.ofDays(7), Duration.ofDays(30), Duration.ofDays(365), Duration.ofDays(30));
    private final WindowCalendar calendar = new WindowCalendar(ZoneOffset.UTC);
    private final RedisClient client;
    private final RedisCommands<String, String> commands;

    RedisContents(EmbeddedRedis redis, String prefix) {
        this.prefix = prefix;
        keys = new CountKeys(prefix, 1);
        client = RedisClient.create(redis.uri());
        commands = client.connect().sync();
    }

    RedisCommands<String, String> commands() {
        return commands;
    }

    /** Checks that it holds these counts, member by member, each key with the expiry of its window, and nothing else. */
    void assertHolds(Map<CountAddress, Long> counts) {
        Map<String, Map<String, Double>> expected = new HashMap<>();
        counts.forEach((address, count) -> {
            Optional<Instant> expiry = retention.expiryOf(address.window(), address.dimension(), calendar);
            if (expiry.isEmpty() || expiry.get().isAfter(Instant.now())) {
                expected.computeIfAbsent(keys.key(address), key -> new HashMap<>())
                        .put(keys.member(address), count.doubleValue());
            }
        });
        Map<String, Map<String, Double>> found = new HashMap<>();
        for (String key : countKeys()) {
            Map<String, Double> scores = new HashMap<>();
            commands.zrangeWithScores(key, 0, -1).forEach(entry -> scores.put(entry.getValue(), entry.getScore()));
            found.put(key, scores);
        }
        assertThat(found).isEqualTo(expected);
        assertExpiries();
    }

    /** Checks that each key, whatever it holds, expires when its window says. */
    void assertExpiries() {
        for (String key : countKeys()) {
            CountKeys.Contents contents = keys.parse(key).orElseThrow();
            Optional<Instant> expected = retention.expiryOf(contents.window(), contents.dimension(), calendar);
            long left = commands.pttl(key);
            if (expected.isEmpty()) {
                assertThat(left).as(key).isEqualTo(-1);
            } else {
                assertThat(left).as(key).isPositive();
                assertThat(Instant.now().plusMillis(left))
                        .as(key)
                        .isCloseTo(expected.get(), within(1, ChronoUnit.SECONDS));
            }
        }
    }

    /** All keys but those of positions. */
    List<String> countKeys() {
        List<String> found = new ArrayList<>();
        ScanIterator.scan(commands, ScanArgs.Builder.matches(prefix + ":*").limit(1000)).stream()
                .distinct()
                .filter(key -> !key.startsWith(prefix + ":1:applied:"))
                .forEach(found::add);
        return found;
    }

    @Override
    public void close() {
        client.shutdown(Duration.ZERO, Duration.ofSeconds(2));
    }
}
