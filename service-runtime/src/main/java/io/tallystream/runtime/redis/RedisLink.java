package io.tallystream.runtime.redis;

import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import java.util.concurrent.CompletionStage;

/**
 * A connection to Redis, whatever kind of Redis it is, for single commands: each goes out at once. Thread-safe. Commands on
 * one key work everywhere; commands on several keys, and those of a whole server, do not. Made by {@link RedisConnector};
 * does not mend itself, so after a failure close it and connect anew.
 */
public interface RedisLink extends AutoCloseable {
    /** The commands. On a cluster each goes to the master of its key, also where that has changed or is about to. */
    RedisClusterAsyncCommands<String, String> commands();

    /**
     * Whether Redis takes commands in the order in which one thread sends them: one server does, the servers of a cluster do
     * not.
     */
    boolean isInOrder();

    /** Whether every server that holds keys of its own answers: fails if one does not. */
    CompletionStage<Void> probe();

    /** Begins to let go of the connection, and does not wait; commands under way fail. */
    @Override
    void close();
}
