package io.tallystream.runtime.security;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * The file in which keys are kept: digests of their secrets, readable by its owner only, replaced as a whole. Several
 * processes may change it at once; each change is one or the other's, and none is lost.
 */
public final class KeyFile {
    /** What it is called in the data folder. */
    public static final String NAME = "keys.json";
    /** How many keys there may be. */
    public static final int MAX_KEYS = 10_000;

    private static final int MAX_BYTES = 8 * 1024 * 1024;
    private static final Object ONE_AT_A_TIME = new Object();
    // A change takes milliseconds; a process that was stopped in the middle of one may hold the lock for ever.
    private static final Duration LOCK_LIMIT = Duration.ofSeconds(10);
    private static final long LOCK_RETRY_MS = 20;

    private final Path file;
    private final Duration lockLimit;

    /** What {@link #change} does to the keys. */
    private interface Change {
        List<ApiKey> apply(List<ApiKey> keys);
    }

    /** That file, whether or not it is there. */
    public KeyFile(Path file) {
        this(file, LOCK_LIMIT);
    }

    /** @param lockLimit how long a change waits for those of other processes */
    KeyFile(Path file, Duration lockLimit) {
        this.file = requireNonNull(file, "file");
        this.lockLimit = requireNonNull(lockLimit, "lockLimit");
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
                    FileLock lock = lock(channel, lockFile)) {
                requireNonNull(lock, "lock");
                replace(folder, KeyFileFormat.write(change.apply(read())));
            }
        }
    }

    private FileLock lock(FileChannel channel, Path lockFile) throws IOException {
        long begin = System.nanoTime();
        while (true) {
            FileLock lock = tryLock(channel);
            if (lock != null) {
                return lock;
            }
            if (System.nanoTime() - begin > lockLimit.toNanos()) {
                throw new KeyFileException(
                        "is not changed: another process has held %s for %s".formatted(lockFile, lockLimit), null);
            }
            try {
                TimeUnit.MILLISECONDS.sleep(LOCK_RETRY_MS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new KeyFileException("is not changed: interrupted", e);
            }
        }
    }

    private static FileLock tryLock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException e) {
            // Somebody else in this process.
            return null;
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
