package io.tallystream.sink.redis;

import io.tallystream.schema.count.CountAddress;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * What records of counts topics come to, taken in their order: addresses that are erased, and then the last count of each address.
 * Not thread-safe.
 */
public final class CountChanges {
    // Older counts of an address are overtaken already.
    private final Map<CountAddress, Long> counts = new HashMap<>();
    private final Set<CountAddress> erased = new HashSet<>();

    /** Nothing. */
    public CountChanges() {}

    /** Those counts, and nothing erased. */
    public CountChanges(Map<CountAddress, Long> counts) {
        this.counts.putAll(counts);
    }

    /** A count comes. */
    public void put(CountAddress address, long count) {
        counts.merge(address, count, Math::max);
    }

    /** What there is under an address is taken away, before what comes later. */
    public void erase(CountAddress address) {
        counts.remove(address);
        erased.add(address);
    }

    /** Adds what happened to other addresses, or later. */
    public void add(CountChanges more) {
        more.erased.forEach(this::erase);
        more.counts.forEach(this::put);
    }

    /** What is to be taken away first. */
    public Set<CountAddress> erased() {
        return Collections.unmodifiableSet(erased);
    }

    /** What is to be written then. */
    public Map<CountAddress, Long> counts() {
        return Collections.unmodifiableMap(counts);
    }
}
