package io.tallystream.runtime.lifecycle;

/** With what the processes end. */
public final class ExitCode {
    /** Stopped because it was asked to. */
    public static final int OK = 0;
    /** Something broke. */
    public static final int FAILURE = 1;
    /** Wrong usage, configuration or surroundings, told in one line each. */
    public static final int CONFIGURATION = 2;

    private ExitCode() {}
}
