package io.tallystream.query.oidc;

import static java.util.Objects.requireNonNull;

import io.tallystream.query.session.Pass;
import io.tallystream.runtime.security.ApiKey;
import io.tallystream.runtime.security.KeyLookup;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Keys, and tokens where there is an issuer of them. Thread-safe, never blocks. */
public final class Credentials {
    private final KeyLookup keys;
    private final Optional<TokenVerifier> tokens;

    /** Of those. */
    public Credentials(KeyLookup keys, Optional<TokenVerifier> tokens) {
        this.keys = requireNonNull(keys, "keys");
        this.tokens = requireNonNull(tokens, "tokens");
    }

    /** What a secret lets its bearer do; empty if nothing. Fails as {@link TokenVerifier#verify} does. */
    public CompletionStage<Optional<Pass>> find(String secret) {
        Optional<ApiKey> key = keys.find(secret);
        return key.isEmpty() && tokens.isPresent() && TokenVerifier.isToken(secret)
                ? tokens.get().verify(secret)
                : CompletableFuture.completedFuture(key.map(Pass::of));
    }
}
