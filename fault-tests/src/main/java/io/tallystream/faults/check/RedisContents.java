package io.tallystream.faults.check;

import io.lettuce.core.KeyScanCursor;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisException;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.RedisURI;
import io.lettuce.core.ScanArgs;
import io.lettuce.core.ScanCursor;
import io.lettuce.core.ScoredValue;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.sync.RedisCommands;
import io.tallystream.schema.count.Granularity;
import io.tallystream.schema.redis.CountKeys;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;

/** Reads all counts from Redis itself, past the query API. Throws {@link RedisException} when Redis does not answer. */
final class RedisContents implements AutoCloseable {
    private static final String PREFIX = "tally";
    private static final int PAGE = 500;
    private static final Duration LIMIT = Duration.ofSeconds(5);
    // For how long counts of days are kept, and how far ahead a user is among those of the last 30 days.
    private static final Duration LONGEST = Duration.ofDays(365 + 30 + 1);

    private final RedisClient client;

    RedisContents(String uri) {
        RedisURI address = RedisURI.create(uri);
        address.setTimeout(LIMIT);
        client = RedisClient.create(address);
    }

    /** All counts, by {@code metric|granularity|window|dimension|member}. */
    Map<String, Long> counts() throws InterruptedException {
        Map<String, Long> counts = new TreeMap<>();
        try (StatefulRedisConnection<String, String> connection = client.connect()) {
            CountKeys keys = new CountKeys(PREFIX, generation(connection.sync()));
            List<String> found = scan(connection.sync(), keys);
            List<RedisFuture<List<ScoredValue<String>>>> replies = new ArrayList<>();
            found.forEach(key -> replies.add(connection.async().zrangeWithScores(key, 0, -1)));
            for (int i = 0; i < found.size(); i++) {
                CountKeys.Contents contents = keys.parse(found.get(i)).orElseThrow();
                for (ScoredValue<String> member : replies.get(i).get()) {
                    counts.put(name(contents, member.getValue()), (long) member.getScore());
                }
            }
        } catch (ExecutionException e) {
            throw new RedisException(e.getCause());
        }
        return counts;
    }

    /** Keys of counts that would stay for ever, or for longer than they may. */
    List<String> withWrongExpiry() throws InterruptedException {
        List<String> wrong = new ArrayList<>();
        try (StatefulRedisConnection<String, String> connection = client.connect()) {
            CountKeys keys = new CountKeys(PREFIX, generation(connection.sync()));
            List<String> found = scan(connection.sync(), keys);
            List<RedisFuture<Long>> replies = new ArrayList<>();
            found.forEach(key -> replies.add(connection.async().pttl(key)));
            for (int i = 0; i < found.size(); i++) {
                boolean lifetime =
                        keys.parse(found.get(i)).orElseThrow().window().granularity() == Granularity.LIFETIME;
                long millis = replies.get(i).get();
                // -2: it has expired just now.
                boolean right = lifetime ? millis == -1 : millis == -2 || (millis > 0 && millis <= LONGEST.toMillis());
                if (!right) {
                    wrong.add(found.get(i) + " expires in " + millis + " ms");
                }
            }
        } catch (ExecutionException e) {
            throw new RedisException(e.getCause());
        }
        return wrong;
    }

    private static int generation(RedisCommands<String, String> redis) {
        return Optional.ofNullable(redis.get(CountKeys.liveGeneration(PREFIX)))
                .map(Integer::parseInt)
                .orElse(CountKeys.FIRST_GENERATION);
    }

    private static List<String> scan(RedisCommands<String, String> redis, CountKeys keys) {
        List<String> found = new ArrayList<>();
        ScanArgs page = ScanArgs.Builder.matches(CountKeys.pattern(PREFIX)).limit(PAGE);
        KeyScanCursor<String> cursor = redis.scan(ScanCursor.INITIAL, page);
        while (true) {
            cursor.getKeys().stream().filter(key -> keys.parse(key).isPresent()).forEach(found::add);
            if (cursor.isFinished()) {
                return found.stream().distinct().toList();
            }
            cursor = redis.scan(cursor, page);
        }
    }

    private static String name(CountKeys.Contents contents, String member) {
        String metric = contents.metric().map(known -> known.wireName()).orElse(member);
        return String.join(
                "|",
                metric,
                contents.window().granularity().wireName(),
                contents.window().label(),
                contents.dimension().wireName(),
                contents.metric().isPresent() ? member : "");
    }

    @Override
    public void close() {
        client.shutdown(Duration.ZERO, LIMIT);
    }
}
