package io.tallystream.runtime.security;

import static java.util.Objects.requireNonNull;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.HexFormat;
import java.util.OptionalInt;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * A key, without its secret.
 *
 * @param digest SHA-256 of the secret in lower-case hex
 * @param rate events per second, from 1 to {@link #MAX_RATE}; empty: as many as there are
 * @param origins of the pages that may use it, such as {@code https://shop.example}; at least one for
 *     {@link KeyScope#COLLECT}, none for others
 * @param created null if it is configured by a variable
 */
public record ApiKey(
        String name, KeyScope scope, String digest, OptionalInt rate, Set<String> origins, Instant created) {
    /** Events per second that a key may be limited to at most. */
    public static final int MAX_RATE = 10_000_000;

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9._-]{1,64}");
    private static final Pattern DIGEST = Pattern.compile("[0-9a-f]{64}");
    // As browsers send it: no path, no trailing slash, lower case.
    private static final Pattern ORIGIN = Pattern.compile("https?://[a-z0-9.-]{1,253}(:[0-9]{1,5})?");
    // A plain digest is enough: secrets are random and long, not chosen by people.
    private static final String ALGORITHM = "SHA-256";

    /**
     * Requires what the parameters say.
     *
     * @throws IllegalArgumentException with a message that begins with the parameter's name
     */
    public ApiKey {
        requireNonNull(scope, "scope");
        check(DIGEST.matcher(digest).matches(), "sha256 must be 64 lower-case hex digits");
        check(
                rate.isEmpty() || (rate.getAsInt() >= 1 && rate.getAsInt() <= MAX_RATE),
                "rate must be from 1 to " + MAX_RATE);
        origins = Set.copyOf(origins);
        check(
                origins.stream().allMatch(origin -> ORIGIN.matcher(origin).matches()),
                "origins must be as https://shop.example or http://localhost:3000");
        check(
                origins.isEmpty() == (scope != KeyScope.COLLECT),
                "origins are needed for keys of scope collect, and for no others");
    }

    /**
     * A name that can stand in files and commands.
     *
     * @throws IllegalArgumentException if it cannot
     */
    public static String requireName(String name) {
        check(NAME.matcher(name).matches(), "name must have 1 to 64 of the characters A-Z a-z 0-9 . _ -");
        return name;
    }

    /** What is kept of a secret. */
    public static String digestOf(String secret) {
        try {
            byte[] digest = MessageDigest.getInstance(ALGORITHM).digest(secret.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has " + ALGORITHM, e);
        }
    }

    private static void check(boolean kept, String rule) {
        if (!kept) {
            throw new IllegalArgumentException(rule);
        }
    }
}
