package io.tallystream.faults.system;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;

/** A folder with a file system of its own, in memory, that can be full. Needs Linux and its root. For one thread. */
public final class SmallDisk implements AutoCloseable {
    // What is not used takes no memory.
    private static final String ROOMY = "size=4g";
    private static final int ATTEMPTS = 20;

    private final Path folder;

    private SmallDisk(Path folder) {
        this.folder = folder;
    }

    /** Whether this system and this user can have any, which is tried in a folder below that one. */
    public static boolean arePossible(Path folder) throws IOException {
        try (SmallDisk disk = mount(folder.resolve("small-disk"))) {
            disk.fill();
            disk.free();
            return true;
        } catch (IllegalStateException e) {
            return false;
        }
    }

    /**
     * Mounts it.
     *
     * @param folder created where missing, and empty
     * @throws IllegalStateException if this system or this user cannot
     */
    static SmallDisk mount(Path folder) throws IOException {
        requireNonNull(folder, "folder");
        Files.createDirectories(folder);
        String refusal = run("mount", "-t", "tmpfs", "-o", ROOMY, "tallystream", folder.toString());
        if (!refusal.isEmpty()) {
            throw new IllegalStateException("a disk of its own for " + folder + " needs root on Linux: " + refusal);
        }
        return new SmallDisk(folder);
    }

    /** From now on nothing more fits. Files may be rewritten, and grow into what others of them free. */
    public void fill() {
        try {
            FileStore store = Files.getFileStore(folder);
            String refusal = "";
            for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
                // It may have grown since.
                refusal = resize("size=" + (store.getTotalSpace() - store.getUnallocatedSpace()));
                if (refusal.isEmpty()) {
                    return;
                }
            }
            throw new IllegalStateException(folder + " cannot be made full: " + refusal);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** There is room again. */
    public void free() {
        String refusal = resize(ROOMY);
        if (!refusal.isEmpty()) {
            throw new IllegalStateException(folder + " stays full: " + refusal);
        }
    }

    private String resize(String size) {
        return run("mount", "-o", "remount," + size, folder.toString());
    }

    /** Unmounts it, with what is on it. Whoever wrote there has ended, or goes on without the folder. */
    @Override
    public void close() {
        String refusal = run("umount", "--lazy", folder.toString());
        if (!refusal.isEmpty()) {
            throw new IllegalStateException(folder + " cannot be unmounted: " + refusal);
        }
    }

    /** What it says when it fails, or nothing. */
    private static String run(String... command) {
        try {
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
            int code = process.onExit().join().exitValue();
            return code == 0 ? "" : output.isEmpty() ? command[0] + " exits with " + code : output;
        } catch (IOException e) {
            return e.getMessage();
        }
    }
}
