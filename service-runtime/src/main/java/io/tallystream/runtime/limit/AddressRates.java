package io.tallystream.runtime.limit;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.time.Duration;

/**
 * How much each address may still do. Thread-safe. Remembers so many addresses and no more; one that is forgotten begins anew, so
 * whoever has very many addresses is not held up by this.
 */
public final class AddressRates {
    /** Addresses that are remembered, some 250 bytes each. */
    public static final int MAX_ADDRESSES = 50_000;

    // Longer than the largest batch takes to be worked off.
    private static final Duration FORGET_AFTER = Duration.ofMinutes(10);

    private final int perSecond;
    private final Cache<String, TokenBucket> buckets = Caffeine.newBuilder()
            .maximumSize(MAX_ADDRESSES)
            .expireAfterAccess(FORGET_AFTER)
            .executor(Runnable::run)
            .build();

    /** The same for each address. */
    public AddressRates(int perSecond) {
        this.perSecond = perSecond;
    }

    /** Charges an address, see {@link TokenBucket#take}. */
    public Credit take(String address, int events) {
        return buckets.get(address, unknown -> new TokenBucket(perSecond)).take(events);
    }

    /** How many addresses are remembered. */
    public long size() {
        buckets.cleanUp();
        return buckets.estimatedSize();
    }
}
