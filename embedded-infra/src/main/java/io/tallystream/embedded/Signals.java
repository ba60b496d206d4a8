package io.tallystream.embedded;

import java.io.IOException;
import java.io.UncheckedIOException;

/** Signals to processes of this machine, which is a POSIX system. Thread-safe. */
public final class Signals {
    private Signals() {}

    /**
     * Sends one, and returns when it has been sent.
     *
     * @param name such as {@code STOP}
     * @throws IllegalStateException if there is no such process, it is not ours to signal, or the thread is interrupted
     */
    public static void send(String name, long pid) {
        try {
            // The kill of the shell: not every system has one of its own.
            Process kill = new ProcessBuilder("sh", "-c", "kill -" + name + " " + pid).start();
            if (kill.waitFor() != 0) {
                throw new IllegalStateException("kill -" + name + " " + pid + " has failed");
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }
}
