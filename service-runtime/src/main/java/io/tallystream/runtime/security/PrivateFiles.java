package io.tallystream.runtime.security;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/** Files and folders that only their owner can read, where the file system knows owners. */
public final class PrivateFiles {
    private static final boolean POSIX =
            FileSystems.getDefault().supportedFileAttributeViews().contains("posix");

    private PrivateFiles() {}

    /**
     * Makes a folder; its parent has to be there.
     *
     * @throws java.nio.file.FileAlreadyExistsException if there is something of that name
     */
    public static void createFolder(Path folder) throws IOException {
        Files.createDirectory(folder, only("rwx------"));
    }

    /**
     * Makes a file, whose content is on the disk when this returns: renamed to its place, it is whole there also after a
     * power failure.
     *
     * @throws java.nio.file.FileAlreadyExistsException if there is something of that name
     */
    public static void create(Path file, byte[] content) throws IOException {
        try (FileChannel channel =
                FileChannel.open(file, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), ofFile())) {
            ByteBuffer rest = ByteBuffer.wrap(content);
            while (rest.hasRemaining()) {
                channel.write(rest);
            }
            channel.force(true);
        }
    }

    /** What such a file is created with. */
    static FileAttribute<?>[] ofFile() {
        return only("rw-------");
    }

    private static FileAttribute<?>[] only(String permissions) {
        return POSIX
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions))
                }
                : new FileAttribute<?>[0];
    }
}
