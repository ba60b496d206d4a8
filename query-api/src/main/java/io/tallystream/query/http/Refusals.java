package io.tallystream.query.http;

import io.lettuce.core.RedisException;
import io.tallystream.query.contract.RefusedException;
import io.tallystream.query.oidc.IssuerUnavailableException;
import io.tallystream.runtime.http.Problem;
import io.tallystream.runtime.http.ProblemException;
import java.util.Map;
import java.util.concurrent.CompletionException;

/** Why there is no answer, as problems. */
final class Refusals {
    private static final Map<String, String> TITLES = Map.of(
            "bad-body", "Bad body",
            "bad-parameter", "Bad parameter",
            "counts-lost", "Counts are lost",
            "expired", "No longer kept",
            "no-report", "No report",
            "not-begun", "Not begun",
            "rebuilding", "Counts are being made anew",
            "not-counted", "Not counted",
            "not-erased", "Not erased",
            "too-many-windows", "Too many windows");

    private Refusals() {}

    static Throwable asProblem(Throwable failure) {
        Throwable cause = failure;
        while (cause instanceof CompletionException && cause.getCause() != null) {
            cause = cause.getCause();
        }
        if (cause instanceof RefusedException refused) {
            return new ProblemException(new Problem(
                    refused.status(),
                    refused.code(),
                    TITLES.get(refused.code()),
                    refused.getMessage(),
                    refused.members()));
        }
        if (cause instanceof IssuerUnavailableException) {
            return new ProblemException(
                    new Problem(503, "unavailable", "The issuer of tokens is not available", cause.getMessage()));
        }
        return cause instanceof RedisException
                ? new ProblemException(
                        new Problem(503, "unavailable", "Counts are not available", "Redis does not answer; try again"))
                : cause;
    }
}
