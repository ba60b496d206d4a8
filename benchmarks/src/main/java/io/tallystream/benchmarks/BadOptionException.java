package io.tallystream.benchmarks;

/** What somebody chose cannot be. The message names the option. */
public final class BadOptionException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** @param message which option it is, and what it must be */
    public BadOptionException(String message) {
        super(message);
    }
}
