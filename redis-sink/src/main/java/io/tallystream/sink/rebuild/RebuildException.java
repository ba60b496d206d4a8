package io.tallystream.sink.rebuild;

/** A rebuild cannot go on; the message says why and what to do. What is read is as it was. */
public final class RebuildException extends RuntimeException {
    private static final long serialVersionUID = 1;

    RebuildException(String message) {
        super(message);
    }
}
