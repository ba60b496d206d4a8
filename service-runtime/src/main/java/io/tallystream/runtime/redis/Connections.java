package io.tallystream.runtime.redis;

import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisCommandInterruptedException;
import io.lettuce.core.RedisCommandTimeoutException;
import io.lettuce.core.RedisException;
import io.lettuce.core.api.StatefulRedisConnection;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/** What Lettuce's connections need before they are used. */
final class Connections {
    private static final long LOOK_NANOS = Duration.ofMillis(1).toNanos();

    private Connections() {}

    /**
     * Waits until a new connection takes commands. Once in some ten thousand times Lettuce 7.7 hands out one that refuses
     * the first commands as "not connected" and takes those after: half a transaction, without its {@code MULTI}.
     *
     * @throws RedisException if it does not within its timeout; it is closed then
     */
    static StatefulRedisConnection<String, String> whenReady(StatefulRedisConnection<String, String> connection) {
        long begin = System.nanoTime();
        while (true) {
            try {
                connection.sync().ping();
                return connection;
            } catch (RedisCommandExecutionException answered) {
                // LOADING, or a user that may not ask this: it is connected.
                return connection;
            } catch (RedisCommandTimeoutException | RedisCommandInterruptedException e) {
                close(connection);
                throw e;
            } catch (RedisException e) {
                if (System.nanoTime() - begin > connection.getTimeout().toNanos()) {
                    close(connection);
                    throw e;
                }
                LockSupport.parkNanos(LOOK_NANOS);
            }
        }
    }

    // Nobody waits for it.
    @SuppressWarnings("FutureReturnValueIgnored")
    private static void close(StatefulRedisConnection<String, String> connection) {
        connection.closeAsync();
    }
}
