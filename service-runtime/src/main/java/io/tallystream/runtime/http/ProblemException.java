package io.tallystream.runtime.http;

/** Ends the handling of a request with a problem as the answer. */
public final class ProblemException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final transient Problem problem;

    /** With that answer. */
    public ProblemException(Problem problem) {
        // No stack trace: it is an answer, and clients can ask for many.
        super(problem.detail(), null, false, false);
        this.problem = problem;
    }

    /** The answer. */
    public Problem problem() {
        return problem;
    }
}
