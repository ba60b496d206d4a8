package io.tallystream.sink.redis;

import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisCommandInterruptedException;
import io.lettuce.core.RedisCommandTimeoutException;
import io.lettuce.core.RedisException;
import io.lettuce.core.RedisFuture;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

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
                await(reply.future(), Duration.ofNanos(Math.max(0, deadline - System.nanoTime())));
            } catch (RedisException e) {
                throw RedisFault.of(reply.key(), e);
            }
        }
        underWay.clear();
    }

    /**
     * Waits for one.
     *
     * @throws RedisException if it is an error or did not come in time
     */
    static <T> T await(RedisFuture<T> reply, Duration limit) {
        try {
            return reply.get(limit.toNanos(), TimeUnit.NANOSECONDS);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof RedisException failure
                    ? failure
                    : new RedisCommandExecutionException(e.getCause());
        } catch (TimeoutException e) {
            throw new RedisCommandTimeoutException("no reply in time");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new RedisCommandInterruptedException(e);
        }
    }
}
