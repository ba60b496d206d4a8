package io.tallystream.runtime.redis;

import io.lettuce.core.RedisException;
import io.lettuce.core.api.StatefulRedisConnection;
import java.util.List;

/**
 * Open connections to every server that holds keys, for commands in bulk and transactions. Flushing is manual, redirections
 * are not followed, and the connections do not come back by themselves: after an error, close this and connect anew. A reply
 * may never come: await none without a limit. For one thread, except {@link #close}. Made by {@link RedisConnector}.
 */
public interface RedisServers extends AutoCloseable {
    /**
     * A server that holds keys.
     *
     * @param connection to this server alone; does not follow redirections, nor flush by itself
     * @param slotTag part of a key, in braces, that places it on this server; empty if all keys are
     */
    record Server(StatefulRedisConnection<String, String> connection, String slotTag) {}

    /** All of them, the same for as long as this is open; one, where Redis is no cluster. */
    List<Server> all();

    /**
     * The one that holds that key.
     *
     * @throws RedisException if none does at the time
     */
    Server holding(String key);

    /** Closes the connections; what is under way fails. Further calls do nothing. */
    @Override
    void close();
}
