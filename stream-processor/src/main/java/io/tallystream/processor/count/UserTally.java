package io.tallystream.processor.count;

import io.tallystream.processor.amount.SliceMap;
import io.tallystream.schema.event.EventType;
import io.tallystream.schema.event.Utf8Slice;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.state.KeyValueStore;

/**
 * The users of one partition: those that had events of late in the heap, all in a store. For one thread.
 */
final class UserTally {
    private final KeyValueStore<Bytes, byte[]> store;
    private final int maxKept;
    private final SliceMap<User> users = new SliceMap<>();
    private final List<User> changed = new ArrayList<>();

    private static final class User {
        private final byte[] id;
        private UserState state;

        User(byte[] id, UserState state) {
            this.id = id;
            this.state = state;
        }
    }

    /** Takes the new counts of one user. */
    interface Receiver {
        void dayCalls(byte[] user, int day, long count);

        void dayClicks(byte[] user, int day, long count);

        void lifetimeClicks(byte[] user, long count);
    }

    /**
     * @param store of all users
     * @param maxKept how many are kept in the heap from commit to commit
     */
    UserTally(KeyValueStore<Bytes, byte[]> store, int maxKept) {
        this.store = store;
        this.maxKept = maxKept;
    }

    /**
     * Adds an accepted event of a user on a day.
     *
     * @param tally takes what it makes of active and new users
     */
    void add(Utf8Slice id, EventType type, int day, EventTally tally) {
        User user = users.get(id);
        if (user == null) {
            byte[] key = id.toBytes();
            user = new User(key, UserState.of(store.get(Bytes.wrap(key))));
            users.add(id, user);
        }
        UserState state = user.state;
        boolean wasClean = !state.isDirty();
        state.activate(day, tally);
        if (type == EventType.API_CALL) {
            state.addCall(day);
        } else if (type == EventType.CLICK) {
            state.addClick(day);
        }
        if (wasClean && state.isDirty()) {
            changed.add(user);
        }
    }

    /** Forgets all about a user, also what has not been told yet. Whoever comes by that name is new. */
    void erase(Utf8Slice id) {
        User user = users.get(id);
        if (user != null) {
            user.state = UserState.of(null);
            changed.remove(user);
        }
        store.delete(Bytes.wrap(id.toBytes()));
    }

    /** How many users have changed since the last commit. */
    int changed() {
        return changed.size();
    }

    /**
     * Stores what has changed and tells the new counts.
     *
     * @param firstOpenDay no event will come any more for days before it
     */
    void drain(int firstOpenDay, Receiver receiver) {
        for (User user : changed) {
            UserState state = user.state;
            state.forEachChangedCalls((day, count) -> receiver.dayCalls(user.id, day, count));
            state.forEachChangedClicks((day, count) -> receiver.dayClicks(user.id, day, count));
            if (state.hasChangedClicks()) {
                receiver.lifetimeClicks(user.id, state.lifetimeClicks());
            }
            store.put(Bytes.wrap(user.id), state.commit(firstOpenDay));
        }
        changed.clear();
        if (users.size() > maxKept) {
            users.clear();
        }
    }

    /** Forgets what is in the heap. */
    void clear() {
        users.clear();
        changed.clear();
    }
}
