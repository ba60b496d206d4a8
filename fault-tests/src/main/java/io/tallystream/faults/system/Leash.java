package io.tallystream.faults.system;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/**
 * Ends processes when this JVM ends, in whatever way, a kill included. It is a process itself, a shell that waits for the
 * end of its input. Needs a POSIX system. Thread-safe.
 */
final class Leash implements AutoCloseable {
    private static final String WATCH = "trap '' INT TERM; all=; while read -r pid; do all=\"$all $pid\"; done; "
            + "for pid in $all; do kill -KILL \"$pid\"; done";

    private final Process shell;

    private Leash(Process shell) {
        this.shell = shell;
    }

    static Leash start() throws IOException {
        return new Leash(new ProcessBuilder("sh", "-c", WATCH)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start());
    }

    /** Ends that process too. One that has ended before does not matter. */
    synchronized void add(ProcessHandle process) {
        try {
            OutputStream input = shell.getOutputStream();
            input.write((process.pid() + "\n").getBytes(StandardCharsets.US_ASCII));
            input.flush();
        } catch (IOException e) {
            process.destroyForcibly();
            throw new UncheckedIOException("nobody would end the processes", e);
        }
    }

    /** Ends all, and returns when that is done. */
    @Override
    public synchronized void close() {
        try {
            shell.getOutputStream().close();
        } catch (IOException e) {
            // It is gone; whoever started the processes ends them as well.
        }
        shell.onExit().join();
    }
}
