package io.tallystream.sink.rebuild;

import io.lettuce.core.KeyScanCursor;
import io.lettuce.core.RedisException;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.ScanArgs;
import io.lettuce.core.ScanCursor;
import io.lettuce.core.SetArgs;
import io.lettuce.core.api.async.RedisAsyncCommands;
import io.tallystream.runtime.redis.RedisServers;
import io.tallystream.schema.redis.CountKeys;
import io.tallystream.sink.redis.Awaited;
import io.tallystream.sink.redis.LiveGeneration;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.UUID;
import java.util.function.IntPredicate;

/** Which generations there are in Redis, and who may change that. For one thread. */
final class Generations {
    /** After this a rebuild that was killed stands in the way of no other. */
    static final Duration HOLD = Duration.ofSeconds(15);

    private static final Duration REPLY_LIMIT = Duration.ofSeconds(5);
    private static final int PIECE = 500;

    private final RedisServers servers;
    private final String prefix;
    private final String token = UUID.randomUUID().toString();

    Generations(RedisServers servers, String prefix) {
        this.servers = servers;
        this.prefix = prefix;
    }

    int live() {
        return LiveGeneration.read(servers, prefix);
    }

    /** Takes the right to rebuild. @return false if another has it */
    boolean take() {
        return "OK".equals(setHold(SetArgs.Builder.nx().px(HOLD.toMillis())));
    }

    /**
     * Keeps the right for another {@link #HOLD}.
     *
     * @throws RebuildException if another has it by now
     */
    void keep() {
        requireHold();
        setHold(SetArgs.Builder.xx().px(HOLD.toMillis()));
    }

    void release() {
        requireHold();
        String key = CountKeys.rebuild(prefix);
        var commands = commands(key);
        await(key, commands.del(key));
    }

    private void requireHold() {
        String key = CountKeys.rebuild(prefix);
        if (!token.equals(await(key, commands(key).get(key)))) {
            throw new RebuildException("this rebuild was silent for too long and has lost its place; run it again");
        }
    }

    private String setHold(SetArgs how) {
        String key = CountKeys.rebuild(prefix);
        return await(key, commands(key).set(key, token, how));
    }

    /** Makes that generation the live one. */
    void switchTo(int generation) {
        keep();
        if (live() >= generation) {
            throw new RebuildException("generation %d is live already".formatted(live()));
        }
        LiveGeneration.write(servers, prefix, generation);
    }

    /**
     * Removes all keys of those generations, some at a time.
     *
     * @return how many
     */
    long remove(IntPredicate generations) {
        long removed = 0;
        for (RedisServers.Server server : servers.all()) {
            ScanArgs args = ScanArgs.Builder.matches(CountKeys.pattern(prefix)).limit(PIECE);
            ScanCursor cursor = ScanCursor.INITIAL;
            do {
                KeyScanCursor<String> piece =
                        await(server, server.connection().async().scan(cursor, args));
                List<String> doomed = piece.getKeys().stream()
                        .filter(key -> isOf(generations, key))
                        .toList();
                removed += unlink(server, doomed);
                keep();
                cursor = piece;
            } while (!cursor.isFinished());
        }
        return removed;
    }

    private boolean isOf(IntPredicate generations, String key) {
        OptionalInt generation = CountKeys.generationOf(prefix, key);
        return generation.isPresent() && generations.test(generation.getAsInt());
    }

    // One by one: on a cluster a command names keys of one slot only.
    private static long unlink(RedisServers.Server server, List<String> keys) {
        List<RedisFuture<Long>> replies = new ArrayList<>();
        keys.forEach(key -> replies.add(server.connection().async().unlink(key)));
        server.connection().flushCommands();
        return replies.stream()
                .mapToLong(reply -> Awaited.reply(reply, REPLY_LIMIT))
                .sum();
    }

    private RedisAsyncCommands<String, String> commands(String key) {
        return servers.holding(key).connection().async();
    }

    private <T> T await(String key, RedisFuture<T> reply) throws RedisException {
        return await(servers.holding(key), reply);
    }

    private static <T> T await(RedisServers.Server server, RedisFuture<T> reply) {
        server.connection().flushCommands();
        return Awaited.reply(reply, REPLY_LIMIT);
    }
}
