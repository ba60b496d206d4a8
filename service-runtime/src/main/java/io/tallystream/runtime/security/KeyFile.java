package io.tallystream.runtime.security;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The file in which keys are kept: digests of their secrets, readable by its owner only, replaced as a whole. Several processes may
 * change it at once; each change is one or the other's, and none is lost.
 */
public final class KeyFile {
    /** What it is called in the data folder. */
    public static final String NAME = "keys.json";
    /** How many keys there may be. */
    public static final int MAX_KEYS = 10_000;

    private static final int MAX_BYTES = 8 * 1024 * 1024;
    private static final Object ONE_AT_A_TIME = new Object();

    private final Path file;

    /** What {@link #change} does to the keys. */
    private interface Change {
        List<ApiKey> apply(List<ApiKey> keys);
    }

    /** That file, whether or not it is there. */
    public KeyFile(Path file) {
        this.file = requireNonNull(file, "file");
    }

    /** Where it is. */
    public Path path() {
        return file;
    }

    /**
     * The keys in it, in their order; none if there is no file.
     *
     * @throws KeyFileException if it is not as it has to be
     */
    public List<ApiKey> read() throws IOException {
        Optional<byte[]> content = content();
        return content.isPresent() ? KeyFileFormat.read(content.get()) : List.of();
    }

    /** All of it, or empty if there is no file. */
    Optional<byte[]> content() throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            byte[] content = in.readNBytes(MAX_BYTES + 1);
            if (content.length > MAX_BYTES) {
                throw new KeyFileException("has more than " + MAX_BYTES + " bytes", null);
            }
            return Optional.of(content);
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
    }

    /**
     * Adds a key.
     *
     * @throws IllegalArgumentException if there is one of that name already, or no more room
     */
    public void add(ApiKey key) throws IOException {
        ApiKey.requireName(key.name());
        change(keys -> {
            if (keys.stream().anyMatch(other -> other.name().equals(key.name()))) {
                throw new IllegalArgumentException("there is a key named " + key.name() + " already, revoke it first");
            }
            if (keys.size() == MAX_KEYS) {
                throw new IllegalArgumentException("there are " + MAX_KEYS + " keys already, revoke some");
            }
            List<ApiKey> more = new ArrayList<>(keys);
            more.add(key);
            return more;
        });
    }

    /**
     * Removes the key of that name.
     *
     * @throws IllegalArgumentException if there is none
     */
    public void remove(String name) throws IOException {
        change(keys -> {
            List<ApiKey> rest =
                    keys.stream().filter(key -> !key.name().equals(name)).toList();
            if (rest.size() == keys.size()) {
                throw new IllegalArgumentException("there is no key named " + name + "; 'keys list' has the names");
            }
            return rest;
        });
    }

    private void change(Change change) throws IOException {
        Path folder = file.toAbsolutePath().getParent();
        Files.createDirectories(folder);
        // Not the file itself, which is replaced under the lock.
        Path lockFile = folder.resolve(file.getFileName() + ".lock");
        synchronized (ONE_AT_A_TIME) {
            try (FileChannel channel = FileChannel.open(
                            lockFile,
                            Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE),
                            PrivateFiles.ofFile());
                    FileLock lock = channel.lock()) {
                requireNonNull(lock, "lock");
                replace(folder, KeyFileFormat.write(change.apply(read())));
            }
        }
    }

    private void replace(Path folder, byte[] content) throws IOException {
        Path draft = folder.resolve(file.getFileName() + ".new");
        Files.deleteIfExists(draft);
        // On the disk before it takes the place of what was there.
        PrivateFiles.create(draft, content);
        Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE);
    }
}
