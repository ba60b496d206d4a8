package io.tallystream.query.contract;

import static java.util.Objects.requireNonNull;

import java.util.Map;

/** A question that gets no answer, and why. */
public final class RefusedException extends RuntimeException {
    private static final long serialVersionUID = 1;
    private static final int BAD = 400;
    private static final int MISSING = 404;
    private static final int UNANSWERABLE = 422;
    private static final int UNAVAILABLE = 503;

    private final int status;
    private final String code;
    private final transient Map<String, Object> members;

    private RefusedException(int status, String code, String detail, Map<String, Object> members) {
        // No stack trace: it is an answer, and clients can ask for many.
        super(requireNonNull(detail, "detail"), null, false, false);
        this.status = status;
        this.code = requireNonNull(code, "code");
        this.members = Map.copyOf(members);
    }

    /** A parameter is not what it has to be. The detail names it. */
    public static RefusedException badParameter(String parameter, String detail) {
        return new RefusedException(BAD, "bad-parameter", detail, Map.of("parameter", parameter));
    }

    /** A field of the body is not what it has to be; empty: the body as a whole. The detail names it. */
    public static RefusedException badField(String field, String detail) {
        return new RefusedException(BAD, "bad-body", detail, field.isEmpty() ? Map.of() : Map.of("field", field));
    }

    /** There is nothing by that name yet. The detail says how there can be. */
    public static RefusedException missing(String code, String parameter, String detail) {
        return new RefusedException(MISSING, code, detail, Map.of("parameter", parameter));
    }

    /** The question is well formed, but its answer is not to be had. The detail names the parameter at fault. */
    public static RefusedException unanswerable(String code, String parameter, String detail) {
        return new RefusedException(UNANSWERABLE, code, detail, Map.of("parameter", parameter));
    }

    /** Like {@link #unanswerable(String, String, String)}, with the finest granularity that has an answer. */
    public static RefusedException unanswerable(String code, String parameter, String detail, String granularity) {
        return new RefusedException(
                UNANSWERABLE, code, detail, Map.of("parameter", parameter, "granularity", granularity));
    }

    /** Something that is needed is not there. The detail names it. */
    public static RefusedException unavailable(String code, String detail) {
        return new RefusedException(UNAVAILABLE, code, detail, Map.of());
    }

    /** The HTTP status. */
    public int status() {
        return status;
    }

    /** For programs. */
    public String code() {
        return code;
    }

    /** Further members of the problem. */
    public Map<String, Object> members() {
        return members;
    }
}
