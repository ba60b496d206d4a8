package io.tallystream.embedded;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * A server's data folder, held by this object alone until it is closed. The operating system drops the lock when the JVM
 * dies in whatever way, so whoever holds it knows that a server still found running on the folder has lost its owner.
 */
final class DataFolder implements AutoCloseable {

    private static final String LOCK_FILE = "owner.lock";

    private final Path path;
    private final FileChannel channel;

    private DataFolder(Path path, FileChannel channel) {
        this.path = path;
        this.channel = channel;
    }

    /**
     * Creates the folder where needed and locks it.
     *
     * @throws EmbeddedStartException if it cannot be written or is held already, by this JVM or another
     */
    static DataFolder lock(Path folder) {
        try {
            Files.createDirectories(folder);
            // One name for one folder, however it was reached: a left-over Redis is recognised by it.
            Path path = folder.toRealPath();
            FileChannel channel =
                    FileChannel.open(path.resolve(LOCK_FILE), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            if (!tryLock(channel)) {
                channel.close();
                throw new EmbeddedStartException("data folder " + folder + " is already in use");
            }
            return new DataFolder(path, channel);
        } catch (IOException e) {
            throw new EmbeddedStartException("data folder " + folder + " is not writable", e);
        }
    }

    private static boolean tryLock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock() != null;
        } catch (OverlappingFileLockException e) {
            return false;
        }
    }

    /** The folder's real path: absolute and free of symbolic links. */
    Path path() {
        return path;
    }

    /** Lets go of the folder; its files stay. */
    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
