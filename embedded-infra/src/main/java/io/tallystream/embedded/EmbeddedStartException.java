package io.tallystream.embedded;

/**
 * An embedded server could not be started. Nothing of it is left running. The message is one line, names what is wrong
 * together with its value, and is fit to be shown to a user as it is.
 */
public final class EmbeddedStartException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** With what is wrong, in one line. */
    public EmbeddedStartException(String message) {
        super(message);
    }

    /** With what is wrong, in one line, and what it comes from. */
    public EmbeddedStartException(String message, Throwable cause) {
        super(message, cause);
    }
}
