package io.tallystream.processor.count;

import io.tallystream.processor.amount.Group;
import io.tallystream.processor.amount.Target;
import io.tallystream.processor.amount.WindowStarts;
import io.tallystream.schema.count.Granularity;
import io.tallystream.schema.count.OtherMember;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.EnumMap;
import java.util.Map;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;

/**
 * The absolute counts that one partition owns, in a store. Keys begin with granularity and window, so that windows that can
 * change no more are removed as ranges.
 *
 * <p>Bounded: in each window it takes a number of endpoints, of products and of pages; what comes after is counted under one
 * name of this partition's own, {@code __other__/} and its number. Which names those are is decided by what is stored, so
 * that a restart decides the same, and no other partition writes that address. A name is in with all its dimensions or with
 * none, so that what is said of an endpoint is all of it.
 */
final class MergedCounts {
    private static final byte[] OTHER_BYTES = OtherMember.NAME.getBytes(StandardCharsets.UTF_8);
    // No metric's name begins with one of them.
    private static final byte NAME_SIGN = '!';
    private static final byte NAMES_SIGN = '#';
    private static final byte[] ADMITTED = {};
    private static final int WINDOW_BYTES = Byte.BYTES + Integer.BYTES;
    // Of each granularity. All of a drain has to be done in much less time than a transaction may take.
    private static final int MAX_REMOVED_AT_ONCE = 2_000;

    private final KeyValueStore<Bytes, byte[]> store;
    private final int maxNames;
    private final byte[] other;
    // The last of each granularity while there are more: a store takes time to pass what it has just removed.
    private final Map<Granularity, Bytes> removed = new EnumMap<>(Granularity.class);

    /**
     * @param partition whose counts these are
     * @param maxNames of each group and window
     */
    MergedCounts(KeyValueStore<Bytes, byte[]> store, int partition, int maxNames) {
        this.store = store;
        this.maxNames = maxNames;
        this.other = OtherMember.ofPartition(partition).getBytes(StandardCharsets.UTF_8);
    }

    /** The name of what is not counted by name. */
    byte[] other() {
        return other;
    }

    /** Whether a name is counted as such in a window; takes it in if there is room. */
    boolean admits(Group group, byte[] name, Granularity granularity, int start) {
        if (!Target.isLimited(group)) {
            return true;
        }
        if (isReserved(name)) {
            return false;
        }
        Bytes key = key(granularity, start, NAME_SIGN, group.key(name));
        if (store.get(key) != null) {
            return true;
        }
        Bytes namesKey = key(granularity, start, NAMES_SIGN, group.key(ADMITTED));
        byte[] stored = store.get(namesKey);
        long names = stored == null ? 0 : number(stored);
        if (names >= maxNames) {
            return false;
        }
        store.put(namesKey, bytes(names + 1));
        store.put(key, ADMITTED);
        return true;
    }

    /** Adds to a count; returns what it is then. */
    long add(Target target, Granularity granularity, int start, byte[] member, long amount) {
        Bytes key = key(target, granularity, start, member);
        byte[] stored = store.get(key);
        long count = (stored == null ? 0 : number(stored)) + amount;
        store.put(key, bytes(count));
        return count;
    }

    /**
     * Removes windows that can change no more, a bounded number of counts each time.
     *
     * @param before windows that start before this minute
     * @return whether none of them is left
     */
    boolean removeBefore(int before) {
        boolean all = true;
        for (Granularity granularity : Granularity.values()) {
            if (granularity != Granularity.LIFETIME) {
                Bytes from = removed.getOrDefault(
                        granularity, Bytes.wrap(windowBytes(granularity, 0).array()));
                Bytes to = Bytes.wrap(windowBytes(granularity, before).array());
                try (KeyValueIterator<Bytes, byte[]> old = store.range(from, to)) {
                    for (int i = 0; i < MAX_REMOVED_AT_ONCE && old.hasNext(); i++) {
                        KeyValue<Bytes, byte[]> entry = old.next();
                        store.delete(entry.key);
                        removed.put(granularity, entry.key);
                    }
                    all &= !old.hasNext();
                }
            }
        }
        if (all) {
            removed.clear();
        }
        return all;
    }

    /** A name from outside that looks like one of ours would have two owners. */
    private static boolean isReserved(byte[] name) {
        if (name.length < OTHER_BYTES.length) {
            return false;
        }
        for (int i = 0; i < OTHER_BYTES.length; i++) {
            if (name[i] != OTHER_BYTES[i]) {
                return false;
            }
        }
        return true;
    }

    private static Bytes key(Target target, Granularity granularity, int start, byte[] member) {
        byte[] path = target.path();
        return Bytes.wrap(ByteBuffer.allocate(WINDOW_BYTES + path.length + member.length)
                .put((byte) WindowStarts.code(granularity))
                .putInt(start)
                .put(path)
                .put(member)
                .array());
    }

    private static Bytes key(Granularity granularity, int start, byte sign, byte[] rest) {
        return Bytes.wrap(ByteBuffer.allocate(WINDOW_BYTES + 1 + rest.length)
                .put((byte) WindowStarts.code(granularity))
                .putInt(start)
                .put(sign)
                .put(rest)
                .array());
    }

    private static ByteBuffer windowBytes(Granularity granularity, int start) {
        return ByteBuffer.allocate(WINDOW_BYTES)
                .put((byte) WindowStarts.code(granularity))
                .putInt(start);
    }

    private static long number(byte[] bytes) {
        return ByteBuffer.wrap(bytes).getLong();
    }

    static byte[] bytes(long number) {
        return ByteBuffer.allocate(Long.BYTES).putLong(number).array();
    }
}
