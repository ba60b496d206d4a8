package io.tallystream.runtime.security;

import java.util.Optional;

/** Finds the key of a secret. Thread-safe. */
@FunctionalInterface
public interface KeyLookup {
    /** The key with that secret, if there is one at this moment. Takes the same time however far a secret matches. */
    Optional<ApiKey> find(String secret);
}
