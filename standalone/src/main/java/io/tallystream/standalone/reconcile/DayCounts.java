package io.tallystream.standalone.reconcile;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/** Counts of one day. Not thread-safe. */
final class DayCounts {
    private final Map<Place, Map<String, Long>> counts = new HashMap<>();

    void add(Place place, String member, long amount) {
        counts.computeIfAbsent(place, any -> new HashMap<>()).merge(member, amount, Long::sum);
    }

    /** Forgets a member; a place where there is no other is none. */
    void remove(Place place, String member) {
        Map<String, Long> members = counts.getOrDefault(place, new HashMap<>());
        members.remove(member);
        if (members.isEmpty()) {
            counts.remove(place);
        }
    }

    Set<Place> places() {
        return counts.keySet();
    }

    /** The members that are counted there. */
    Map<String, Long> at(Place place) {
        return counts.getOrDefault(place, Map.of());
    }

    DayCounts copy() {
        DayCounts copy = new DayCounts();
        counts.forEach((place, members) -> copy.counts.put(place, new HashMap<>(members)));
        return copy;
    }
}
