package io.tallystream.sink.redis;

import io.lettuce.core.RedisException;
import io.tallystream.runtime.redis.RedisServers;
import io.tallystream.schema.redis.CountKeys;
import java.time.Duration;

/**
 * The generation of counts that is read and written now, as Redis has it. A sink asks for it with each batch, after Redis has
 * confirmed the batch and before it commits offsets: if it is another than the one written, the batch belongs into that one too,
 * and so does all that follows the positions which it already holds.
 */
public final class LiveGeneration {
    private static final Duration REPLY_LIMIT = Duration.ofSeconds(5);

    private LiveGeneration() {}

    /**
     * Asks for it.
     *
     * @throws RedisException if Redis does not answer, or what it holds there is no number
     */
    public static int read(RedisServers servers, String prefix) {
        String key = CountKeys.liveGeneration(prefix);
        var connection = servers.holding(key).connection();
        var reply = connection.async().get(key);
        connection.flushCommands();
        String text = Awaited.reply(reply, REPLY_LIMIT);
        try {
            return text == null ? CountKeys.FIRST_GENERATION : Integer.parseInt(text);
        } catch (NumberFormatException e) {
            throw new RedisException("the key %s must hold a number, and holds: %s".formatted(key, text), e);
        }
    }

    /** Makes it that one, at once for all who ask from now on. */
    public static void write(RedisServers servers, String prefix, int generation) {
        String key = CountKeys.liveGeneration(prefix);
        var connection = servers.holding(key).connection();
        var reply = connection.async().set(key, Integer.toString(generation));
        connection.flushCommands();
        Awaited.reply(reply, REPLY_LIMIT);
    }
}
