package io.tallystream.runtime.limit;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.tallystream.runtime.security.ApiKey;
import io.tallystream.runtime.security.KeyFile;
import java.util.Optional;

/** How much each key may still send, in this process. Thread-safe; bounded, since keys come and go. */
public final class KeyRates {
    private final Cache<ApiKey, TokenBucket> buckets =
            Caffeine.newBuilder().maximumSize(KeyFile.MAX_KEYS).build();

    /**
     * Charges a key for events, see {@link TokenBucket#take}.
     *
     * @param events 0 only asks
     * @return empty if the key has no limit
     */
    public Optional<Credit> take(ApiKey key, int events) {
        if (key.rate().isEmpty()) {
            return Optional.empty();
        }
        // By the whole key: one with another rate, or another secret under the same name, begins anew.
        TokenBucket bucket =
                buckets.get(key, limited -> new TokenBucket(limited.rate().getAsInt()));
        return Optional.of(bucket.take(events));
    }
}
