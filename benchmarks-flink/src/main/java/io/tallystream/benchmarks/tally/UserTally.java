package io.tallystream.benchmarks.tally;

import io.tallystream.schema.event.EventType;
import io.tallystream.schema.event.Utf8Slice;
import java.util.HashMap;
import java.util.Map;

/** What accepted events add to the days of their users. For one thread. */
final class UserTally {
    private final Map<Integer, TextMap<Amounts>> byDay = new HashMap<>();
    private TextMap<Amounts> lastUsed = new TextMap<>();
    private int lastDay = -1;
    private int size;

    private static final class Amounts {
        private final byte[] user;
        private int calls;
        private int clicks;

        Amounts(byte[] user) {
            this.user = user;
        }
    }

    void add(Utf8Slice user, EventType type, int day) {
        if (day != lastDay) {
            lastUsed = byDay.computeIfAbsent(day, missing -> new TextMap<>());
            lastDay = day;
        }
        Amounts amounts = lastUsed.get(user);
        if (amounts == null) {
            amounts = new Amounts(user.toBytes());
            lastUsed.add(user, amounts.user, amounts);
            size++;
        }
        if (type == EventType.API_CALL) {
            amounts.calls++;
        } else if (type == EventType.CLICK) {
            amounts.clicks++;
        }
    }

    int size() {
        return size;
    }

    void drain(HeapCounter.Receiver receiver) {
        byDay.forEach((day, users) ->
                users.values().forEach(amounts -> receiver.user(amounts.user, day, amounts.calls, amounts.clicks)));
        // The map of the current day keeps its room.
        byDay.keySet().removeIf(day -> day != lastDay);
        lastUsed.clear();
        size = 0;
    }
}
