package io.tallystream.sink.redis;

import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.api.StatefulRedisConnection;
import java.time.Duration;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Finds out what a Redis does when its memory is full. */
final class EvictionCheck {
    static final String KEEPS_ALL = "noeviction";

    private static final String SETTING = "maxmemory-policy";
    private static final Pattern INFO_LINE = Pattern.compile("^maxmemory_policy:(\\S+)", Pattern.MULTILINE);

    private EvictionCheck() {}

    /**
     * Its {@code maxmemory-policy}; empty if it does not tell.
     *
     * @throws io.lettuce.core.RedisException if it does not answer in time
     */
    static Optional<String> policy(StatefulRedisConnection<String, String> connection, Duration limit) {
        // Services in the cloud forbid the one and allow the other; users without rights may do neither.
        return told(connection, connection.async().configGet(SETTING), limit)
                .map(settings -> settings.get(SETTING))
                .or(() -> told(connection, connection.async().info("memory"), limit)
                        .flatMap(EvictionCheck::inInfo));
    }

    private static <T> Optional<T> told(
            StatefulRedisConnection<String, String> connection, RedisFuture<T> reply, Duration limit) {
        connection.flushCommands();
        try {
            return Optional.ofNullable(Awaited.reply(reply, limit));
        } catch (RedisCommandExecutionException e) {
            return Optional.empty();
        }
    }

    private static Optional<String> inInfo(String info) {
        Matcher line = INFO_LINE.matcher(info);
        return line.find() ? Optional.of(line.group(1)) : Optional.empty();
    }
}
