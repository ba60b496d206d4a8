package io.tallystream.query.session;

import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** The cookie that holds the id of a session. */
public final class SessionCookie {
    /** What it is called. */
    public static final String NAME = "tallystream_session";

    private static final Pattern ID = Pattern.compile(Session.PREFIX + "_[A-Za-z0-9_-]{32}");

    private SessionCookie() {}

    /**
     * The id that a request carries; empty if there is none, if it cannot be one, or if there are two: a page of a
     * neighbouring host can slip in one of its own, and nobody knows which of them is ours.
     */
    public static Optional<String> read(HttpServerRequest request) {
        List<String> found = new ArrayList<>();
        for (String header : request.headers().getAll(HttpHeaders.COOKIE)) {
            for (String pair : header.split(";", -1)) {
                String cookie = pair.strip();
                if (cookie.startsWith(NAME + "=")) {
                    found.add(cookie.substring(NAME.length() + 1));
                }
            }
        }
        return found.size() == 1 && ID.matcher(found.get(0)).matches() ? Optional.of(found.get(0)) : Optional.empty();
    }

    /**
     * The value of a {@code Set-Cookie} header.
     *
     * @param isSecure whether the browser may send it over TLS only
     */
    public static String set(Session session, Duration maxAge, boolean isSecure) {
        return header(session.id(), maxAge.toSeconds(), isSecure);
    }

    /** The value of a {@code Set-Cookie} header that removes it. */
    public static String clear(boolean isSecure) {
        return header("", 0, isSecure);
    }

    private static String header(String value, long maxAgeSeconds, boolean isSecure) {
        return "%s=%s; Max-Age=%d; Path=/; HttpOnly; SameSite=Strict%s"
                .formatted(NAME, value, maxAgeSeconds, isSecure ? "; Secure" : "");
    }
}
