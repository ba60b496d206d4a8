package io.tallystream.runtime.lifecycle;

/**
 * The program cannot start as it is set up, and its operator can mend that. The message is one line for the operator; the
 * process ends with {@link ExitCode#CONFIGURATION} and no stack trace.
 */
public class StartupException extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** With a line for the operator. */
    public StartupException(String message) {
        super(message);
    }

    /** With a line for the operator, and what led to it. */
    public StartupException(String message, Throwable cause) {
        super(message, cause);
    }
}
