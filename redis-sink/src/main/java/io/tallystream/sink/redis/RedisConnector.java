package io.tallystream.sink.redis;

import io.lettuce.core.RedisException;

/** Makes connections to Redis, however it is set up. For one thread, except {@link #close}. */
public interface RedisConnector extends AutoCloseable {
    /**
     * Connects anew, to the servers that are in charge now.
     *
     * @throws RedisException if it cannot, after a bounded time
     */
    RedisLink connect();

    /** Lets go of everything; connections fail. Further calls do nothing. */
    @Override
    void close();
}
