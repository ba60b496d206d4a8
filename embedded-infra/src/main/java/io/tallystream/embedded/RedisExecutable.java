package io.tallystream.embedded;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import redis.embedded.core.ExecutableProvider;
import redis.embedded.error.UnknownOSName;
import redis.embedded.model.OS;
import redis.embedded.model.OsArchitecture;

/** The redis-server that the embedded-redis library ships for this machine. */
final class RedisExecutable {

    private RedisExecutable() {}

    /**
     * The executable inside the folder, copied there unless a former start did. The library's own way would delete it at
     * exit, from under a Redis that outlives its JVM.
     */
    static Path in(Path folder) {
        String resource = resource();
        Path executable = folder.resolve(resource.substring(1));
        if (Files.isExecutable(executable)) {
            return executable;
        }
        try {
            Path copy = Files.createTempFile(folder, "redis-server", ".tmp");
            try {
                copyResource(resource, copy);
                if (!copy.toFile().setExecutable(true)) {
                    throw new IOException("cannot make it executable");
                }
                // In one step, so that what carries the final name is whole.
                Files.move(copy, executable, StandardCopyOption.ATOMIC_MOVE);
            } finally {
                Files.deleteIfExists(copy);
            }
            return executable;
        } catch (IOException e) {
            throw new EmbeddedStartException("cannot write " + executable + ": " + e.getMessage(), e);
        }
    }

    /** The same executable under the name by which it knows that it is to be a Sentinel. */
    static Path asSentinel(Path folder) {
        Path link = folder.resolve("redis-sentinel");
        try {
            Files.deleteIfExists(link);
            return Files.createSymbolicLink(link, in(folder));
        } catch (IOException e) {
            throw new EmbeddedStartException("cannot write " + link + ": " + e.getMessage(), e);
        }
    }

    private static void copyResource(String resource, Path target) throws IOException {
        try (InputStream in = ExecutableProvider.class.getResourceAsStream(resource)) {
            if (in == null) {
                throw new IOException(resource + " is missing in the embedded-redis library");
            }
            Files.copy(in, target, StandardCopyOption.REPLACE_EXISTING);
        }
    }

    private static String resource() {
        String resource = resourceOrNull();
        if (resource == null) {
            throw new EmbeddedStartException("there is no embedded Redis for " + System.getProperty("os.name") + " on "
                    + System.getProperty("os.arch"));
        }
        return resource;
    }

    private static String resourceOrNull() {
        try {
            OsArchitecture machine = OsArchitecture.detectOSandArchitecture();
            // Its Redis for Windows is a 5.0, which has no access control lists.
            boolean tooOld = machine.os == OS.WINDOWS;
            return tooOld ? null : ExecutableProvider.newProvidedVersionsMap().get(machine);
        } catch (UnknownOSName e) {
            return null;
        }
    }
}
