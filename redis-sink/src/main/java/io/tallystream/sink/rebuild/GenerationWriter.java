package io.tallystream.sink.rebuild;

import io.lettuce.core.RedisException;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.ScoredValue;
import io.lettuce.core.ZAddArgs;
import io.tallystream.runtime.redis.RedisServers;
import io.tallystream.schema.count.CountAddress;
import io.tallystream.schema.count.Retention;
import io.tallystream.schema.count.WindowCalendar;
import io.tallystream.schema.redis.CountKeys;
import io.tallystream.sink.redis.Awaited;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.TopicPartition;

/** Writes counts of one generation as the sink does, and at the end how far it has come. For one thread. */
final class GenerationWriter {
    private static final Duration REPLY_LIMIT = Duration.ofSeconds(30);
    // Of one command: others wait for as long as it takes.
    private static final int MAX_MEMBERS = 1_000;

    private final RedisServers servers;
    private final CountKeys keys;
    private final Retention retention;
    private final WindowCalendar calendar;
    private final Clock clock;

    private record Entries(Optional<Instant> expiry, List<ScoredValue<String>> scores) {}

    GenerationWriter(RedisServers servers, CountKeys keys, Retention retention, WindowCalendar calendar, Clock clock) {
        this.servers = servers;
        this.keys = keys;
        this.retention = retention;
        this.calendar = calendar;
        this.clock = clock;
    }

    /**
     * Refuses an address that has no place in Redis.
     *
     * @throws IllegalArgumentException if there is no such window
     */
    void check(CountAddress address) {
        expiryOf(address);
    }

    /**
     * Returns when Redis has confirmed all; what has expired is left out.
     *
     * @throws RedisException if it has not
     */
    void write(Map<CountAddress, Long> counts) {
        Instant now = clock.instant();
        Map<String, Entries> byKey = new HashMap<>();
        counts.forEach((address, count) -> {
            Optional<Instant> expiry = expiryOf(address);
            if (expiry.isEmpty() || expiry.get().isAfter(now)) {
                byKey.computeIfAbsent(keys.key(address), key -> new Entries(expiry, new ArrayList<>()))
                        .scores()
                        .add(ScoredValue.just(count, keys.member(address)));
            }
        });
        List<RedisFuture<?>> replies = new ArrayList<>();
        byKey.forEach((key, entries) -> send(key, entries, replies));
        await(replies);
    }

    @SuppressWarnings("unchecked") // An array of a generic type cannot be made otherwise.
    private void send(String key, Entries entries, List<RedisFuture<?>> replies) {
        var commands = servers.holding(key).connection().async();
        List<ScoredValue<String>> scores = entries.scores();
        for (int from = 0; from < scores.size(); from += MAX_MEMBERS) {
            List<ScoredValue<String>> some = scores.subList(from, Math.min(scores.size(), from + MAX_MEMBERS));
            replies.add(commands.multi());
            replies.add(commands.zadd(key, ZAddArgs.Builder.gt(), some.toArray(ScoredValue[]::new)));
            entries.expiry().ifPresent(expiry -> replies.add(commands.expireat(key, expiry)));
            replies.add(commands.exec());
        }
    }

    /** Notes, on every server, from which offsets on a sink has to go on. */
    void writePositions(Map<TopicPartition, Long> positions) {
        List<RedisFuture<?>> replies = new ArrayList<>();
        for (RedisServers.Server server : servers.all()) {
            positions.forEach((partition, offset) -> replies.add(server.connection()
                    .async()
                    .set(
                            keys.applied(server.slotTag(), partition.topic(), partition.partition()),
                            Long.toString(offset))));
        }
        await(replies);
    }

    private void await(List<RedisFuture<?>> replies) {
        servers.all().forEach(server -> server.connection().flushCommands());
        replies.forEach(reply -> Awaited.reply(reply, REPLY_LIMIT));
    }

    private Optional<Instant> expiryOf(CountAddress address) {
        return retention.expiryOf(address.window(), address.dimension(), calendar);
    }
}
