package io.tallystream.query.session;

import static java.util.Objects.requireNonNull;

import io.tallystream.runtime.security.ApiKey;
import java.time.Instant;
import java.util.Optional;

/**
 * What somebody has shown to be allowed.
 *
 * @param key what it lets them do; made for the purpose where it was a token
 * @param until when a token expires; empty for a key, which holds until it is revoked
 */
public record Pass(ApiKey key, Optional<Instant> until) {
    /** Requires both. */
    public Pass {
        requireNonNull(key, "key");
        requireNonNull(until, "until");
    }

    /** Of a key. */
    public static Pass of(ApiKey key) {
        return new Pass(key, Optional.empty());
    }
}
