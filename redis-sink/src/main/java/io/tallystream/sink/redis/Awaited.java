package io.tallystream.sink.redis;

import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisCommandInterruptedException;
import io.lettuce.core.RedisCommandTimeoutException;
import io.lettuce.core.RedisException;
import io.lettuce.core.RedisFuture;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Waiting for replies of Redis. */
public final class Awaited {
    private Awaited() {}

    /**
     * The reply.
     *
     * @throws RedisException if it is an error, or did not come in time
     */
    public static <T> T reply(RedisFuture<T> reply, Duration limit) {
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
