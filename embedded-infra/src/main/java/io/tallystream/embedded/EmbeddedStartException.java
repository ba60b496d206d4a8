package io.tallystream.embedded;

/**
 * An embedded server could not be started. Nothing of it is left running. The message is one line, names what is wrong
 * together with its value, and is fit to be shown to a user as it is.
 */
public final class EmbeddedStartException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public EmbeddedStartException(String message) {
        super(message);
    }

    public EmbeddedStartException(String message, Throwable cause) {
        super(message, cause);
    }
}
