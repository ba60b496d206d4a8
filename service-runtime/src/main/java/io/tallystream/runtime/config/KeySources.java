package io.tallystream.runtime.config;

import static java.util.Objects.requireNonNull;

import io.tallystream.runtime.security.ApiKeys;
import io.tallystream.runtime.security.KeyFile;
import io.tallystream.runtime.security.KeyScope;
import io.tallystream.runtime.security.Keyring;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Where the keys of a service come from.
 *
 * @param configured those of a variable
 * @param file with the others, whether or not it is there
 */
public record KeySources(ApiKeys configured, Path file) {
    private static final ApiKeys NONE = ApiKeys.parse("");

    /** Requires both. */
    public KeySources {
        requireNonNull(configured, "configured");
        requireNonNull(file, "file");
    }

    /** Of a service that takes events: {@code INGEST_KEYS}, which need not be set where there is a file. */
    public static KeySources ofIngest(Environment environment) {
        Path file = file(environment);
        return new KeySources(
                Files.exists(file) ? environment.get(Settings.INGEST_KEYS) : environment.require(Settings.INGEST_KEYS),
                file);
    }

    /** Of a service that is asked for counts: {@code ADMIN_TOKEN}, which need not be set where there is a file. */
    public static KeySources ofQuery(Environment environment) {
        Path file = file(environment);
        String token =
                Files.exists(file) ? environment.get(Settings.ADMIN_TOKEN) : environment.require(Settings.ADMIN_TOKEN);
        boolean usable = token.length() >= ApiKeys.MIN_SECRET_LENGTH;
        return new KeySources(usable ? ApiKeys.of("admin", KeyScope.ADMIN, token) : NONE, file);
    }

    /** Where {@code tallystream keys} keeps them. */
    public static Path file(Environment environment) {
        return environment.get(
                Settings.KEYS_FILE, environment.get(Settings.DATA_DIR).resolve(KeyFile.NAME));
    }

    /** Reads the file and begins to watch it, see {@link Keyring#open}. */
    public Keyring open() {
        return Keyring.open(configured, file);
    }

    /** Names only. */
    @Override
    public String toString() {
        return configured + " and " + file;
    }
}
