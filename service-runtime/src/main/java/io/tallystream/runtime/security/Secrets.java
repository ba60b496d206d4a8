package io.tallystream.runtime.security;

import java.security.SecureRandom;
import java.util.Base64;

/** Makes secrets. */
public final class Secrets {
    private static final int BYTES = 24;
    private static final SecureRandom RANDOM = new SecureRandom();

    private Secrets() {}

    /** A new secret of 192 random bits, safe in URLs and shells. The prefix tells what it is for. */
    public static String generate(String prefix) {
        byte[] bytes = new byte[BYTES];
        RANDOM.nextBytes(bytes);
        return prefix + '_' + Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }
}
