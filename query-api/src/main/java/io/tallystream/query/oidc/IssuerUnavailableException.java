package io.tallystream.query.oidc;

/** Whether a token is right cannot be known: the issuer's keys were never fetched. */
public final class IssuerUnavailableException extends RuntimeException {
    private static final long serialVersionUID = 1;

    IssuerUnavailableException() {
        // No stack trace: it is an answer, and clients can ask for many.
        super("the keys of OIDC_ISSUER have not been fetched yet", null, false, false);
    }
}
