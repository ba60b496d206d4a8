package io.tallystream.sink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.lettuce.core.ScanArgs;
import io.lettuce.core.ScanIterator;
import io.lettuce.core.api.sync.RedisCommands;
import io.tallystream.schema.count.CountAddress;
import io.tallystream.schema.count.Retention;
import io.tallystream.schema.count.WindowCalendar;
import io.tallystream.schema.redis.CountKeys;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import org.apache.kafka.common.TopicPartition;

/** Everything that is in a Redis, and what should be there. */
final class RedisContents {
    private final String prefix;
    private final Retention retention =
            new Retention(Duration.ofDays(7), Duration.ofDays(30), Duration.ofDays(365), Duration.ofDays(30));
    private final WindowCalendar calendar = new WindowCalendar(ZoneOffset.UTC);
    private final TestRedis redis;

    RedisContents(TestRedis redis, String prefix) {
        this.prefix = prefix;
        this.redis = redis;
    }

    /** Checks that it holds these counts, member by member, each key with the expiry of its window, and nothing else. */
    void assertHolds(Map<CountAddress, Long> counts) {
        assertHolds(CountKeys.FIRST_GENERATION, counts, "");
    }

    /** The same of a generation, but for one key, of which it does not matter what it holds. */
    void assertHolds(int generation, Map<CountAddress, Long> counts, String except) {
        Map<String, Map<String, Double>> expected = expected(generation, counts);
        expected.remove(except);
        Map<String, Map<String, Double>> found = new TreeMap<>();
        forEachCountKey(generation, (server, key) -> {
            if (!key.equals(except)) {
                found.put(key, scores(server, key));
            }
        });
        assertThat(found).isEqualTo(expected);
        assertExpiries(generation, except);
    }

    private Map<String, Map<String, Double>> expected(int generation, Map<CountAddress, Long> counts) {
        CountKeys keys = new CountKeys(prefix, generation);
        Map<String, Map<String, Double>> expected = new TreeMap<>();
        counts.forEach((address, count) -> {
            Optional<Instant> expiry = retention.expiryOf(address.window(), address.dimension(), calendar);
            if (expiry.isEmpty() || expiry.get().isAfter(Instant.now())) {
                expected.computeIfAbsent(keys.key(address), key -> new HashMap<>())
                        .put(keys.member(address), count.doubleValue());
            }
        });
        return expected;
    }

    private static Map<String, Double> scores(RedisCommands<String, String> server, String key) {
        Map<String, Double> scores = new HashMap<>();
        server.zrangeWithScores(key, 0, -1).forEach(entry -> scores.put(entry.getValue(), entry.getScore()));
        return scores;
    }

    /** What one key holds. */
    Map<String, Double> scores(String key) {
        return scores(redis.holding(key), key);
    }

    /** Checks that each key, whatever it holds, expires when its window says. */
    void assertExpiries() {
        assertExpiries(CountKeys.FIRST_GENERATION, "");
    }

    private void assertExpiries(int generation, String except) {
        CountKeys keys = new CountKeys(prefix, generation);
        forEachCountKey(generation, (server, key) -> {
            if (!key.equals(except)) {
                CountKeys.Contents contents = keys.parse(key).orElseThrow();
                Optional<Instant> expected = retention.expiryOf(contents.window(), contents.dimension(), calendar);
                long left = server.pttl(key);
                if (expected.isEmpty()) {
                    assertThat(left).as(key).isEqualTo(-1);
                } else {
                    assertThat(left).as(key).isPositive();
                    assertThat(Instant.now().plusMillis(left))
                            .as(key)
                            .isCloseTo(expected.get(), within(1, ChronoUnit.SECONDS));
                }
            }
        });
    }

    /** Up to where each partition is there, as the server says that is furthest behind; each server has to have positions. */
    Map<TopicPartition, Long> positions(int generation) {
        String head = applied(generation);
        Map<TopicPartition, Long> lowest = new HashMap<>();
        for (RedisCommands<String, String> server : redis.masters()) {
            List<String> keys = keys(server, head);
            assertThat(keys).isNotEmpty();
            for (String key : keys) {
                int end = key.lastIndexOf(':');
                String topic = key.substring(key.lastIndexOf(':', end - 1) + 1, end);
                lowest.merge(
                        new TopicPartition(topic, Integer.parseInt(key.substring(end + 1))),
                        Long.valueOf(server.get(key)),
                        Math::min);
            }
        }
        return lowest;
    }

    /** All keys of counts of a generation. */
    List<String> countKeys(int generation) {
        return keys().stream().filter(key -> isCountKey(generation, key)).toList();
    }

    /** All keys of the prefix. */
    List<String> keys() {
        return redis.masters().stream()
                .flatMap(server -> keys(server, prefix + ":").stream())
                .toList();
    }

    private void forEachCountKey(int generation, BiConsumer<RedisCommands<String, String>, String> action) {
        for (RedisCommands<String, String> server : redis.masters()) {
            keys(server, prefix + ":").stream()
                    .filter(key -> isCountKey(generation, key))
                    .forEach(key -> action.accept(server, key));
        }
    }

    private boolean isCountKey(int generation, String key) {
        return CountKeys.generationOf(prefix, key).equals(OptionalInt.of(generation))
                && !key.startsWith(applied(generation));
    }

    private String applied(int generation) {
        return prefix + ":" + generation + ":applied:";
    }

    private static List<String> keys(RedisCommands<String, String> server, String head) {
        return ScanIterator.scan(server, ScanArgs.Builder.matches(head + "*").limit(1000)).stream()
                .distinct()
                .toList();
    }
}
