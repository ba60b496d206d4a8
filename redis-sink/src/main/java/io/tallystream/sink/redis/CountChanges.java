package io.tallystream.sink.redis;

import io.tallystream.schema.count.CountAddress;
import io.tallystream.schema.count.Dimension;
import io.tallystream.schema.kafka.CountRecord;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * What records of counts topics come to, taken in their order: addresses that are erased, and then the last count of each
 * address. Not thread-safe.
 */
public final class CountChanges {
    // Older counts of an address are overtaken already.
    private final Map<CountAddress, Long> counts = new HashMap<>();
    private final Set<CountAddress> erased = new HashSet<>();

    /** What refuses counts that have no place, with an {@link IllegalArgumentException}. */
    @FunctionalInterface
    public interface Check {
        /**
         * Refuses, or does nothing.
         *
         * @param count 0 of one that is erased
         */
        void accept(CountAddress address, long count);
    }

    /** Nothing. */
    public CountChanges() {}

    /** Those counts, and nothing erased. */
    public CountChanges(Map<CountAddress, Long> counts) {
        this.counts.putAll(counts);
    }

    /**
     * Takes the next record of a counts topic.
     *
     * @param value null of one that takes its count back
     * @throws IllegalArgumentException if it is no such record, or its count has no place; nothing has changed then
     */
    public void take(byte[] key, byte[] value, Check check) {
        if (value == null) {
            CountAddress address = CountRecord.decodeErased(key);
            check.accept(address, 0);
            erase(address);
        } else {
            CountRecord count = CountRecord.decode(key, value);
            check.accept(count.address(), count.value());
            put(count.address(), count.value());
        }
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

    /** Whether there is anything of users, who may be erased: all other counts only ever rise. */
    public boolean concernUsers() {
        return !erased.isEmpty() || counts.keySet().stream().anyMatch(count -> count.dimension() == Dimension.USER);
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
