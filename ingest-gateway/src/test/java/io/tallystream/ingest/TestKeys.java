package io.tallystream.ingest;

import io.tallystream.runtime.security.ApiKey;
import io.tallystream.runtime.security.KeyFile;
import io.tallystream.runtime.security.KeyScope;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.OptionalInt;
import java.util.Set;

/** A file of keys; the secret of each is told by its name. */
final class TestKeys {
    static final String ORIGIN = "https://shop.example";

    private final KeyFile file;

    TestKeys() {
        try {
            Path folder = Files.createTempDirectory("keys");
            file = new KeyFile(folder.resolve(KeyFile.NAME));
            // What is asked for last is deleted first.
            folder.toFile().deleteOnExit();
            file.path().toFile().deleteOnExit();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    String path() {
        return file.path().toString();
    }

    /** One of each scope, named as it. */
    TestKeys withOneOfEachScope() {
        for (KeyScope scope : KeyScope.values()) {
            add(scope.wireName(), scope, OptionalInt.empty());
        }
        return this;
    }

    void add(String name, KeyScope scope, OptionalInt rate) {
        add(name, scope, rate, scope == KeyScope.COLLECT ? Set.of(ORIGIN, "http://localhost:3000") : Set.of());
    }

    void add(String name, KeyScope scope, OptionalInt rate, Set<String> origins) {
        try {
            file.add(new ApiKey(name, scope, ApiKey.digestOf(secret(name)), rate, origins, Instant.EPOCH));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void revoke(String name) {
        try {
            file.remove(name);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static String secret(String name) {
        return "secret-of-the-key-" + name;
    }
}
