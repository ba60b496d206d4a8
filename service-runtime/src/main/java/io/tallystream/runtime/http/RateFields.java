package io.tallystream.runtime.http;

import io.tallystream.runtime.limit.Credit;
import io.vertx.core.http.HttpServerResponse;
import java.time.Duration;

/** Tells clients how much they may still do, as the IETF's draft of the RateLimit fields has it. */
public final class RateFields {
    private static final int TOO_MANY_REQUESTS = 429;

    private RateFields() {}

    /**
     * Adds a limit to the answer.
     *
     * @param policy what it is called there
     */
    public static void add(HttpServerResponse response, String policy, Credit credit) {
        response.headers().add("RateLimit-Policy", "\"%s\";q=%d;w=1".formatted(policy, credit.limit()));
        response.headers()
                .add(
                        "RateLimit",
                        "\"%s\";r=%d;t=%d".formatted(policy, credit.remaining(), seconds(credit.untilFull())));
    }

    /** What ends a request that is past a limit; tells the client when to come back. */
    public static ProblemException exceeded(HttpServerResponse response, Credit credit, String detail) {
        long seconds = Math.max(1, seconds(credit.untilNext()));
        response.putHeader("Retry-After", Long.toString(seconds));
        return new ProblemException(new Problem(
                TOO_MANY_REQUESTS,
                "too-many-requests",
                "Too many requests",
                detail + "; try again in " + seconds + " s"));
    }

    private static long seconds(Duration duration) {
        return duration.plusNanos(999_999_999).toSeconds();
    }
}
