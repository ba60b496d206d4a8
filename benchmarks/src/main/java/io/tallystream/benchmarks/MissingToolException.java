package io.tallystream.benchmarks;

/** A program that a baseline needs is not installed. The message says what to install. */
public final class MissingToolException extends Exception {
    private static final long serialVersionUID = 1L;

    /** @param message what is missing and how to get it */
    public MissingToolException(String message) {
        super(message);
    }
}
