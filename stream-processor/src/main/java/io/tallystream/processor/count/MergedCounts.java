package io.tallystream.processor.count;

import io.tallystream.schema.count.Granularity;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;

/**
 * The absolute counts that one partition owns, in a store. Keys begin with granularity and window, so that windows that can change
 * no more are removed as ranges.
 *
 * <p>Bounded: of each dimension and window it takes a number of members; what comes after is counted under one member of this
 * partition's own, {@code __other__/} and its number. Which members those are is decided by what is stored, so that a restart
 * decides the same, and no other partition writes that address.
 */
final class MergedCounts {
    private static final String OTHER = "__other__";
    private static final byte[] OTHER_BYTES = OTHER.getBytes(StandardCharsets.UTF_8);
    // No metric's name begins with it.
    private static final byte MEMBERS_SIGN = '#';
    private static final int WINDOW_BYTES = Byte.BYTES + Integer.BYTES;
    private static final int MAX_REMOVED_AT_ONCE = 20_000;

    private final KeyValueStore<Bytes, byte[]> store;
    private final int maxMembers;
    private final byte[] other;

    /** A count as it is now, and of which member. */
    @SuppressWarnings("ArrayRecordComponent") // Never compared.
    record Changed(byte[] member, long count) {}

    /**
     * @param partition whose counts these are
     * @param maxMembers of each dimension and window
     */
    MergedCounts(KeyValueStore<Bytes, byte[]> store, int partition, int maxMembers) {
        this.store = store;
        this.maxMembers = maxMembers;
        this.other = (OTHER + '/' + partition).getBytes(StandardCharsets.UTF_8);
    }

    /** Adds to a count; the member is another than asked for when there are too many. */
    Changed add(Target target, Granularity granularity, int start, byte[] member, long amount) {
        byte[] asked = target.isOpen() && isReserved(member) ? other : member;
        Bytes key = key(target, granularity, start, asked);
        byte[] stored = store.get(key);
        if (stored == null && target.isOpen() && asked != other && !admit(target, granularity, start)) {
            asked = other;
            key = key(target, granularity, start, asked);
            stored = store.get(key);
        }
        long count = (stored == null ? 0 : number(stored)) + amount;
        store.put(key, bytes(count));
        return new Changed(asked, count);
    }

    /**
     * Removes windows that can change no more, a bounded number of counts each time.
     *
     * @param before windows that start before this minute
     */
    void removeBefore(int before) {
        for (Granularity granularity : Granularity.values()) {
            if (granularity != Granularity.LIFETIME) {
                Bytes from = Bytes.wrap(windowBytes(granularity, 0).array());
                Bytes to = Bytes.wrap(windowBytes(granularity, before).array());
                try (KeyValueIterator<Bytes, byte[]> old = store.range(from, to)) {
                    for (int i = 0; i < MAX_REMOVED_AT_ONCE && old.hasNext(); i++) {
                        KeyValue<Bytes, byte[]> entry = old.next();
                        store.delete(entry.key);
                    }
                }
            }
        }
    }

    /** Whether there is room for one more member, which then is taken. */
    private boolean admit(Target target, Granularity granularity, int start) {
        byte[] path = target.path();
        Bytes key = Bytes.wrap(ByteBuffer.allocate(WINDOW_BYTES + 1 + path.length)
                .put((byte) WindowStarts.code(granularity))
                .putInt(start)
                .put(MEMBERS_SIGN)
                .put(path)
                .array());
        byte[] stored = store.get(key);
        long members = stored == null ? 0 : number(stored);
        if (members >= maxMembers) {
            return false;
        }
        store.put(key, bytes(members + 1));
        return true;
    }

    /** A member from outside that looks like one of ours would have two owners. */
    private static boolean isReserved(byte[] member) {
        if (member.length < OTHER_BYTES.length) {
            return false;
        }
        for (int i = 0; i < OTHER_BYTES.length; i++) {
            if (member[i] != OTHER_BYTES[i]) {
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
