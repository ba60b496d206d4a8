package io.tallystream.embedded;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.Queue;

/**
 * Ports that processes have drawn and not bound yet. A port is a byte of one file of the user's, locked by who claims it: such
 * locks end with their process, however that ends. Thread-safe.
 */
final class PortClaims {
    // Many more than anybody draws before binding the first of them.
    static final int KEPT = 500;

    private final FileChannel file;
    private final Queue<FileLock> claims = new ArrayDeque<>();

    private PortClaims(FileChannel file) {
        this.file = file;
    }

    /** Claims in that file, which is made if it is not there; empty where there can be none. */
    static Optional<PortClaims> in(Path file) {
        try {
            return Optional.of(new PortClaims(FileChannel.open(
                    file, StandardOpenOption.CREATE, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS)));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /**
     * Claims a port, and lets go of what was claimed long before.
     *
     * @return false if it is claimed, by this process or another
     */
    synchronized boolean claim(int port) {
        try {
            FileLock claim = file.tryLock(port, 1, false);
            if (claim == null) {
                return false;
            }
            claims.add(claim);
            if (claims.size() > KEPT) {
                claims.remove().release();
            }
            return true;
        } catch (OverlappingFileLockException e) {
            return false;
        } catch (IOException e) {
            return true; // No locks on this file system.
        }
    }
}
