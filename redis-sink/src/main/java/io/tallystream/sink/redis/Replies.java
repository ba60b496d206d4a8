package io.tallystream.sink.redis;

import io.lettuce.core.RedisException;
import io.lettuce.core.RedisFuture;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Replies that are under way, each to be looked at: what one command of a pipeline was told says nothing of the others. */
final class Replies {
    private final List<Reply> underWay = new ArrayList<>();

    private record Reply(String key, RedisFuture<?> future) {}

    /** One more, to a command on that key; the empty string if it is on none. */
    void add(String key, RedisFuture<?> future) {
        underWay.add(new Reply(key, future));
    }

    /** Like {@link #add}, for what is looked at afterwards. */
    <F extends RedisFuture<?>> F keep(String key, F future) {
        add(key, future);
        return future;
    }

    int size() {
        return underWay.size();
    }

    /**
     * Waits for all, and forgets them.
     *
     * @throws RedisFault if one of them is an error, the first; or not all came in time
     */
    void awaitAll(Duration limit) {
        long deadline = System.nanoTime() + limit.toNanos();
        for (Reply reply : underWay) {
            try {
                Awaited.reply(reply.future(), Duration.ofNanos(Math.max(0, deadline - System.nanoTime())));
            } catch (RedisException e) {
                throw RedisFault.of(reply.key(), e);
            }
        }
        underWay.clear();
    }
}
