package io.tallystream.runtime.security;

import static java.util.Objects.requireNonNull;

import io.tallystream.runtime.lifecycle.DaemonThreads;
import io.tallystream.runtime.lifecycle.StartupException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The keys of the configuration and those of a file, which it reads again each second: a key that is added or revoked there is so
 * here soon after. A file that is broken or gone changes nothing and is warned of, so that a slip of the pen locks nobody out.
 */
public final class Keyring implements KeyLookup, AutoCloseable {
    private static final Logger LOGGER = LoggerFactory.getLogger(Keyring.class);
    private static final long LOOK_MS = 1_000;

    private final ApiKeys configured;
    private final KeyFile file;
    private final ScheduledExecutorService thread =
            Executors.newSingleThreadScheduledExecutor(new DaemonThreads("key-watch"));
    private volatile ApiKeys keys;
    // Null where there was no file yet.
    private byte[] content;
    private String trouble = "";
    private final AtomicLong looks = new AtomicLong();

    private Keyring(ApiKeys configured, KeyFile file) {
        this.configured = configured;
        this.file = file;
        this.keys = configured;
    }

    /**
     * Reads the file and begins to watch it; it need not be there yet.
     *
     * @throws StartupException if it cannot be read
     */
    @SuppressWarnings("FutureReturnValueIgnored") // No look throws.
    public static Keyring open(ApiKeys configured, Path file) {
        Keyring ring = new Keyring(requireNonNull(configured, "configured"), new KeyFile(file));
        try {
            ring.read();
        } catch (IOException e) {
            ring.close();
            throw new StartupException("KEYS_FILE: %s %s".formatted(file, described(e)), e);
        }
        ring.thread.scheduleWithFixedDelay(ring::look, LOOK_MS, LOOK_MS, TimeUnit.MILLISECONDS);
        return ring;
    }

    @Override
    public Optional<ApiKey> find(String secret) {
        return keys.find(secret);
    }

    @Override
    public List<ApiKey> named(String name) {
        return keys.named(name);
    }

    /** How often the file was looked at since. */
    long looks() {
        return looks.get();
    }

    /** Ends the watch. */
    @Override
    public void close() {
        thread.shutdownNow();
    }

    private void look() {
        try {
            if (read()) {
                LOGGER.info("keys of {} read again: {}", file.path(), keys);
            }
            trouble = "";
        } catch (IOException | RuntimeException e) {
            String found = described(e);
            // Once for each kind of trouble, not each second.
            if (!found.equals(trouble)) {
                LOGGER.warn("keys stay as they were: {} {}", file.path(), found);
                trouble = found;
            }
        }
        looks.incrementAndGet();
    }

    /** Whether there was anything new. */
    private boolean read() throws IOException {
        Optional<byte[]> found = file.content();
        if (found.isEmpty()) {
            if (content != null) {
                throw new KeyFileException("is gone", null);
            }
            return false;
        }
        if (Arrays.equals(found.get(), content)) {
            return false;
        }
        keys = configured.and(KeyFileFormat.read(found.get()));
        content = found.get();
        return true;
    }

    private static String described(Exception e) {
        return e instanceof KeyFileException ? e.getMessage() : "cannot be read: " + e;
    }
}
