package io.tallystream.standalone;

import io.tallystream.runtime.lifecycle.StartupException;
import io.tallystream.runtime.security.PrivateFiles;
import io.tallystream.runtime.security.Secrets;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Secrets that are made at the first start, and kept in files that only their owner can read. */
final class SecretStore {
    /** The name under which the embedded Redis's password is kept. */
    static final String REDIS_PASSWORD = "redis-password";

    private static final String FOLDER = "secrets";

    private final Path folder;

    /**
     * A secret.
     *
     * @param file where it is kept
     * @param isNew whether it was made just now
     */
    record Kept(String secret, Path file, boolean isNew) {
        /** Without the secret. */
        @Override
        public String toString() {
            return "Kept[" + file + "]";
        }
    }

    private SecretStore(Path folder) {
        this.folder = folder;
    }

    /**
     * In a folder of the data folder, both of which it makes where they are missing.
     *
     * @throws StartupException if they cannot be written
     */
    static SecretStore in(Path dataFolder) {
        Path folder = dataFolder.resolve(FOLDER);
        try {
            Files.createDirectories(dataFolder);
            if (!Files.isDirectory(folder)) {
                PrivateFiles.createFolder(folder);
            }
            return new SecretStore(folder);
        } catch (IOException e) {
            throw unwritable(folder, e);
        }
    }

    /** Where the secret of that name is kept in a data folder, if there is one. */
    static Path file(Path dataFolder, String name) {
        return dataFolder.resolve(FOLDER).resolve(name);
    }

    /**
     * The secret of that name, made now if there is none.
     *
     * @param prefix of a new one, which tells what it is for
     * @throws StartupException if it can be neither read nor written, or is the empty text
     */
    Kept get(String name, String prefix) {
        Path file = folder.resolve(name);
        try {
            if (Files.exists(file)) {
                return new Kept(readable(file), file, false);
            }
            String secret = Secrets.generate(prefix);
            // Whole or not at all: one that a crash left empty would be a secret that anybody knows.
            Path draft = folder.resolve(name + ".new");
            Files.deleteIfExists(draft);
            PrivateFiles.create(draft, (secret + System.lineSeparator()).getBytes(StandardCharsets.UTF_8));
            Files.move(draft, file);
            return new Kept(secret, file, true);
        } catch (IOException e) {
            throw unwritable(file, e);
        }
    }

    private static String readable(Path file) throws IOException {
        String secret = Files.readString(file).strip();
        if (secret.isEmpty()) {
            throw new StartupException("DATA_DIR: %s is empty; delete it, and another secret is made".formatted(file));
        }
        return secret;
    }

    private static StartupException unwritable(Path path, IOException cause) {
        return new StartupException("DATA_DIR: %s cannot be read or written: %s".formatted(path, cause), cause);
    }
}
