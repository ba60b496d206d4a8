package io.tallystream.sink;

import io.lettuce.core.api.sync.RedisCommands;
import java.util.List;

/**
 * The Redis that a test is about. Tests that use no more of it than this run on every kind of Redis. Closing lets go of it
 * only.
 */
public interface TestRedis extends AutoCloseable {
    /** What a sink gets as {@code REDIS_URI}. */
    String uri();

    /** The same for another user, of these rights, which every server knows from now on. */
    String uriOf(String user, String... rights);

    /** The servers that hold keys now. */
    List<RedisCommands<String, String>> masters();

    /** The one of them that holds that key. */
    RedisCommands<String, String> holding(String key);

    /** Takes all keys from it. */
    default void empty() {
        masters().forEach(RedisCommands::flushall);
    }

    @Override
    void close();
}
