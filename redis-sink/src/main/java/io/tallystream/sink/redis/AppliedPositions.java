package io.tallystream.sink.redis;

import static java.util.Objects.requireNonNull;

import io.lettuce.core.RedisException;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.TransactionResult;
import io.lettuce.core.api.async.RedisAsyncCommands;
import io.tallystream.runtime.redis.RedisServers;
import io.tallystream.schema.redis.CountKeys;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.kafka.common.TopicPartition;

/**
 * How far each partition has been written, as every server of Redis has it. The positions follow the counts into each
 * server, so one that has lost counts (emptied, an old replica, an old backup) has lost or old positions, too.
 *
 * <p>For one thread, and as long as the connections last. After an exception they are of no use: keys may still be watched.
 */
public final class AppliedPositions {
    private static final Duration REPLY_LIMIT = Duration.ofSeconds(5);

    private final RedisServers servers;
    private final CountKeys keys;
    // What each server is known to hold, by the tag of its keys.
    private final Map<String, Map<TopicPartition, Long>> known;

    /** Knows none yet. */
    public AppliedPositions(RedisServers servers, CountKeys keys) {
        this.servers = requireNonNull(servers, "servers");
        this.keys = requireNonNull(keys, "keys");
        known = servers.all().stream()
                .collect(Collectors.toMap(RedisServers.Server::slotTag, server -> new HashMap<>()));
    }

    /**
     * Up to which offset each of those partitions is on every server with certainty: 0 for one that is not. It is known from now
     * on, and missed by {@link #advance} when a server loses it.
     *
     * @throws RedisException if Redis has not answered
     */
    public Map<TopicPartition, Long> read(Collection<TopicPartition> partitions) {
        Map<TopicPartition, Long> lowest = new HashMap<>();
        if (!partitions.isEmpty()) {
            for (RedisServers.Server server : servers.all()) {
                ask(server, List.copyOf(partitions)).forEach((partition, offset) -> {
                    lowest.merge(partition, offset, Math::min);
                    knownOn(server).put(partition, offset);
                });
            }
        }
        return lowest;
    }

    private Map<TopicPartition, Long> ask(RedisServers.Server server, List<TopicPartition> partitions) {
        RedisAsyncCommands<String, String> commands = server.connection().async();
        Replies replies = new Replies();
        Map<TopicPartition, RedisFuture<String>> asked = new HashMap<>();
        for (TopicPartition partition : partitions) {
            String key = key(server, partition);
            asked.put(partition, replies.keep(key, commands.get(key)));
        }
        server.connection().flushCommands();
        replies.awaitAll(REPLY_LIMIT);
        Map<TopicPartition, Long> offsets = new HashMap<>();
        asked.forEach((partition, reply) -> {
            String key = key(server, partition);
            String offset = Awaited.reply(reply, REPLY_LIMIT);
            if (offset == null) {
                // Now, so that it is there to be missed when Redis is emptied during the first write.
                replies.add(key, commands.set(key, "0"));
            }
            offsets.put(partition, offset == null ? 0 : offset(key, offset));
        });
        server.connection().flushCommands();
        replies.awaitAll(REPLY_LIMIT);
        return offsets;
    }

    private static long offset(String key, String text) {
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException e) {
            throw RedisFault.alien(key, "not an offset: " + text, e);
        }
    }

    /**
     * Whether every server holds what it is known to hold of those partitions. Another may write to them from now on.
     *
     * @param partitions those that were never {@linkplain #read read} are left out
     * @throws RedisException if Redis has not answered
     */
    public boolean hold(Set<TopicPartition> partitions) {
        boolean held = true;
        for (RedisServers.Server server : servers.all()) {
            held &= holdsWhatItHeld(server, partitions, false);
        }
        return held;
    }

    /**
     * Sets positions, if every server holds what it is known to hold, and to the last moment. To be called when Redis has
     * confirmed the counts in front of them. Without any it asks whether Redis is there.
     *
     * @param positions those that were never {@linkplain #read read} are left out
     * @return false if a server holds something else; positions may be set on some of the others then, and this is of no use
     *     any more
     * @throws RedisException if Redis has not confirmed
     */
    public boolean advance(Map<TopicPartition, Long> positions) {
        boolean held = true;
        // All are asked before any is written: the lowest is what counts.
        for (RedisServers.Server server : servers.all()) {
            held &= holdsWhatItHeld(
                    server, positions.keySet(), !changed(server, positions).isEmpty());
        }
        for (RedisServers.Server server : servers.all()) {
            held = held && write(server, changed(server, positions));
        }
        return held;
    }

    /**
     * Has whoever set positions beyond those that are known read again from these on, as something else was written since.
     *
     * @throws RedisException if Redis has not confirmed
     */
    void takeBack(Set<TopicPartition> partitions) {
        for (RedisServers.Server server : servers.all()) {
            Map<TopicPartition, Long> behind = new HashMap<>(knownOn(server));
            behind.keySet().retainAll(partitions);
            List<TopicPartition> ours = List.copyOf(behind.keySet());
            List<String> held = ours.isEmpty() ? List.of() : held(server, ours, false);
            for (int i = 0; i < ours.size(); i++) {
                String offset = held.get(i);
                // What is gone is read again as a whole.
                if (offset.isEmpty() || offset(key(server, ours.get(i)), offset) <= behind.get(ours.get(i))) {
                    behind.remove(ours.get(i));
                }
            }
            if (!behind.isEmpty()) {
                set(server, behind);
            }
        }
    }

    private void set(RedisServers.Server server, Map<TopicPartition, Long> positions) {
        Map<String, String> values = new HashMap<>();
        positions.forEach((partition, offset) -> values.put(key(server, partition), Long.toString(offset)));
        Replies replies = new Replies();
        replies.add("", server.connection().async().mset(values));
        server.connection().flushCommands();
        replies.awaitAll(REPLY_LIMIT);
    }

    /**
     * Asks one of them.
     *
     * @param watched after this the server refuses new positions if anybody changes the old ones, or all are lost, in between
     */
    private boolean holdsWhatItHeld(RedisServers.Server server, Set<TopicPartition> partitions, boolean watched) {
        Map<TopicPartition, Long> known = knownOn(server);
        List<TopicPartition> ours =
                partitions.stream().filter(known::containsKey).toList();
        if (ours.isEmpty()) {
            Replies replies = new Replies();
            replies.add("", server.connection().async().ping());
            server.connection().flushCommands();
            replies.awaitAll(REPLY_LIMIT);
            return true;
        }
        List<String> held = held(server, ours, watched);
        List<String> expected = ours.stream()
                .map(partition -> Long.toString(known.get(partition)))
                .toList();
        return held.equals(expected);
    }

    /** Their positions, or empty texts. */
    private List<String> held(RedisServers.Server server, List<TopicPartition> partitions, boolean watched) {
        String[] names =
                partitions.stream().map(partition -> key(server, partition)).toArray(String[]::new);
        RedisAsyncCommands<String, String> commands = server.connection().async();
        Replies replies = new Replies();
        if (watched) {
            replies.add("", commands.watch(names));
        }
        var values = replies.keep("", commands.mget(names));
        server.connection().flushCommands();
        replies.awaitAll(REPLY_LIMIT);
        return Awaited.reply(values, REPLY_LIMIT).stream()
                .map(value -> value.getValueOrElse(""))
                .toList();
    }

    private Map<TopicPartition, Long> changed(RedisServers.Server server, Map<TopicPartition, Long> positions) {
        Map<TopicPartition, Long> known = knownOn(server);
        Map<TopicPartition, Long> changed = new HashMap<>(positions);
        changed.keySet().retainAll(known.keySet());
        changed.entrySet().removeIf(position -> position.getValue().equals(known.get(position.getKey())));
        return changed;
    }

    private boolean write(RedisServers.Server server, Map<TopicPartition, Long> changed) {
        if (changed.isEmpty()) {
            return true;
        }
        Map<String, String> values = new HashMap<>();
        changed.forEach((partition, offset) -> values.put(key(server, partition), Long.toString(offset)));
        RedisAsyncCommands<String, String> commands = server.connection().async();
        Replies replies = new Replies();
        replies.add("", commands.multi());
        RedisFuture<String> set = commands.mset(values);
        RedisFuture<TransactionResult> result = replies.keep("", commands.exec());
        server.connection().flushCommands();
        replies.awaitAll(REPLY_LIMIT);
        if (Awaited.reply(result, REPLY_LIMIT).wasDiscarded()) {
            return false;
        }
        replies.add("", set);
        replies.awaitAll(REPLY_LIMIT);
        knownOn(server).putAll(changed);
        return true;
    }

    private Map<TopicPartition, Long> knownOn(RedisServers.Server server) {
        return known.get(server.slotTag());
    }

    private String key(RedisServers.Server server, TopicPartition partition) {
        return keys.applied(server.slotTag(), partition.topic(), partition.partition());
    }
}
