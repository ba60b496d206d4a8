package io.tallystream.standalone;

import io.tallystream.runtime.lifecycle.StartupException;
import io.tallystream.runtime.security.Secrets;
import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;

/** Secrets that are made at the first start, and kept in files that only their owner can read. */
final class SecretStore {
    /** The name under which the embedded Redis's password is kept. */
    static final String REDIS_PASSWORD = "redis-password";

    private static final String FOLDER = "secrets";
    private static final boolean POSIX =
            FileSystems.getDefault().supportedFileAttributeViews().contains("posix");

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
                Files.createDirectory(folder, ownerOnly("rwx------"));
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
     * @throws StartupException if it can be neither read nor written
     */
    Kept get(String name, String prefix) {
        Path file = folder.resolve(name);
        try {
            if (Files.exists(file)) {
                return new Kept(Files.readString(file).strip(), file, false);
            }
            String secret = Secrets.generate(prefix);
            // Whole or not at all: a file that a crash left empty would be a secret that anybody knows.
            Path draft = folder.resolve(name + ".new");
            Files.deleteIfExists(draft);
            Files.createFile(draft, ownerOnly("rw-------"));
            Files.writeString(draft, secret + System.lineSeparator());
            Files.move(draft, file);
            return new Kept(secret, file, true);
        } catch (IOException e) {
            throw unwritable(file, e);
        }
    }

    private static FileAttribute<?>[] ownerOnly(String permissions) {
        return POSIX
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions))
                }
                : new FileAttribute<?>[0];
    }

    private static StartupException unwritable(Path path, IOException cause) {
        return new StartupException("DATA_DIR: %s cannot be written: %s".formatted(path, cause), cause);
    }
}
