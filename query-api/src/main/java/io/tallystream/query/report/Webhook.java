package io.tallystream.query.report;

import static java.util.Objects.requireNonNull;

import io.tallystream.runtime.config.Environment;
import io.tallystream.runtime.config.Settings;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.HexFormat;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Where reports are posted, and the secret that they are signed with.
 *
 * @param url https, or http on this machine
 */
public record Webhook(URI url, String secret) {
    private static final String ALGORITHM = "HmacSHA256";

    /** Requires both. */
    public Webhook {
        requireNonNull(url, "url");
        requireNonNull(secret, "secret");
    }

    /** Reads it from the environment; empty if none is set. */
    public static Optional<Webhook> from(Environment environment) {
        if (!environment.isSet(Settings.REPORT_WEBHOOK_URL)) {
            return Optional.empty();
        }
        String secret = environment.require(Settings.REPORT_WEBHOOK_SECRET);
        String url = environment.get(Settings.REPORT_WEBHOOK_URL);
        return url.isEmpty() ? Optional.empty() : Optional.of(new Webhook(URI.create(url), secret));
    }

    /** What proves to the receiver who sent this body, and when: HMAC-SHA256 over {@code <timestamp>.<body>}, in hexadecimal. */
    String signature(long timestamp, String body) {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), ALGORITHM));
            return HexFormat.of().formatHex(mac.doFinal((timestamp + "." + body).getBytes(StandardCharsets.UTF_8)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has " + ALGORITHM, e);
        }
    }

    /** The host alone: the rest may be secret too. */
    @Override
    public String toString() {
        return "Webhook[" + url.getHost() + "]";
    }
}
