package io.tallystream.query.session;

import static java.util.Objects.requireNonNull;

import io.tallystream.runtime.security.ApiKey;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Instant;

/**
 * A browser that is signed in.
 *
 * @param id what its cookie holds, a secret; Redis has a digest of it only
 * @param key what it may do, as long as there is such a key
 * @param expires when it ends by itself
 */
public record Session(String id, ApiKey key, Instant expires) {
    /** What ids begin with, so that people and secret scanners recognise them. */
    static final String PREFIX = "tss";

    /** Requires all. */
    public Session {
        requireNonNull(id, "id");
        requireNonNull(key, "key");
        requireNonNull(expires, "expires");
    }

    /**
     * What requests that change something show beside the cookie, which browsers would also send along with a request that
     * another page makes up. It follows from the id, and does not lead back to it.
     */
    public String csrfToken() {
        return ApiKey.digestOf("csrf:" + id);
    }

    /** Whether that is {@link #csrfToken()}. Takes the same time however far it matches. */
    public boolean isCsrfToken(String shown) {
        return MessageDigest.isEqual(
                csrfToken().getBytes(StandardCharsets.US_ASCII), shown.getBytes(StandardCharsets.UTF_8));
    }

    /** Without the id. */
    @Override
    public String toString() {
        return "Session[%s, until %s]".formatted(key.name(), expires);
    }
}
