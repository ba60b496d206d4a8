package io.tallystream.runtime.security;

import java.util.List;
import java.util.Optional;

/** Finds keys. Thread-safe. */
public interface KeyLookup {
    /** The key with that secret, if there is one at this moment. Takes the same time however far a secret matches. */
    Optional<ApiKey> find(String secret);

    /** The keys of that name at this moment: one at most of a file, and one that is configured. */
    List<ApiKey> named(String name);
}
