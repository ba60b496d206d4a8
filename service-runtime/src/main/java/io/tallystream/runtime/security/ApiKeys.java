package io.tallystream.runtime.security;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Named keys. Keeps digests of the secrets only, and takes the same time to compare whether or how far a secret matches.
 * Immutable.
 */
public final class ApiKeys {
    /** Characters that a secret must have at least. */
    public static final int MIN_SECRET_LENGTH = 16;

    // A plain digest is enough: secrets are random and long, not chosen by people.
    private static final String DIGEST = "SHA-256";

    private final Map<String, byte[]> digests;

    private ApiKeys(Map<String, byte[]> digests) {
        this.digests = digests;
    }

    /**
     * One key.
     *
     * @throws IllegalArgumentException if the secret is shorter than {@link #MIN_SECRET_LENGTH}
     */
    public static ApiKeys of(String name, String secret) {
        // An unset variable is the empty secret: everybody would have it.
        if (secret.length() < MIN_SECRET_LENGTH) {
            throw new IllegalArgumentException("the secret of " + name + " is too short");
        }
        return new ApiKeys(Map.of(name, digest(secret)));
    }

    /**
     * Reads {@code name=secret,name=secret}; empty text gives no keys.
     *
     * @throws IllegalArgumentException if it is not of that form, a name or secret comes twice, or a secret is shorter than
     *     {@link #MIN_SECRET_LENGTH}; the message holds no secret
     */
    public static ApiKeys parse(String text) {
        Map<String, byte[]> digests = new LinkedHashMap<>();
        Set<String> secrets = new HashSet<>();
        for (String entry : text.isBlank() ? new String[0] : text.split(",", -1)) {
            int equals = entry.indexOf('=');
            String name = equals < 0 ? "" : entry.substring(0, equals).strip();
            String secret = entry.substring(equals + 1).strip();
            boolean complete = !name.isEmpty() && secret.length() >= MIN_SECRET_LENGTH;
            // A secret of two names would outlive the removal of one.
            if (!complete || !secrets.add(secret) || digests.put(name, digest(secret)) != null) {
                throw new IllegalArgumentException("not distinct names with distinct secrets");
            }
        }
        return new ApiKeys(digests);
    }

    /** The name of the key with that secret; empty if there is none. */
    public Optional<String> nameOf(String secret) {
        byte[] presented = digest(secret);
        Optional<String> found = Optional.empty();
        for (Map.Entry<String, byte[]> key : digests.entrySet()) {
            if (MessageDigest.isEqual(key.getValue(), presented)) {
                found = Optional.of(key.getKey());
            }
        }
        return found;
    }

    /** Whether there is no key at all. */
    public boolean isEmpty() {
        return digests.isEmpty();
    }

    private static byte[] digest(String secret) {
        try {
            return MessageDigest.getInstance(DIGEST).digest(secret.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has " + DIGEST, e);
        }
    }

    /** The names. */
    @Override
    public String toString() {
        return "ApiKeys" + digests.keySet();
    }
}
