package io.tallystream.query.oidc;

import static java.util.Objects.requireNonNull;

import io.tallystream.runtime.config.Environment;
import io.tallystream.runtime.config.Settings;
import java.net.URI;
import java.util.Optional;

/**
 * Whose tokens are taken, and which.
 *
 * @param issuer as it stands in tokens
 * @param audience that tokens have to be for
 * @param keys where the issuer's keys are; empty: where its configuration says
 * @param scopeClaim which claim says what a token is for
 */
public record OidcConfig(String issuer, String audience, Optional<URI> keys, String scopeClaim) {
    /** Requires all. */
    public OidcConfig {
        requireNonNull(issuer, "issuer");
        requireNonNull(audience, "audience");
        requireNonNull(keys, "keys");
        requireNonNull(scopeClaim, "scopeClaim");
    }

    /** Reads it from the environment; empty if there is no issuer. */
    public static Optional<OidcConfig> from(Environment environment) {
        if (!environment.isSet(Settings.OIDC_ISSUER)) {
            return Optional.empty();
        }
        String keys = environment.get(Settings.OIDC_JWKS_URI);
        return Optional.of(new OidcConfig(
                environment.get(Settings.OIDC_ISSUER),
                environment.require(Settings.OIDC_AUDIENCE),
                keys.isEmpty() ? Optional.empty() : Optional.of(URI.create(keys)),
                environment.get(Settings.OIDC_SCOPE_CLAIM)));
    }

    /** Where the issuer tells about itself. */
    URI configuration() {
        return URI.create(issuer.replaceFirst("/$", "") + "/.well-known/openid-configuration");
    }
}
