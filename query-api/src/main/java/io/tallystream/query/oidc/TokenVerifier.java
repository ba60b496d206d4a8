package io.tallystream.query.oidc;

import static java.util.Objects.requireNonNull;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.proc.BadJOSEException;
import com.nimbusds.jose.proc.DefaultJOSEObjectTypeVerifier;
import com.nimbusds.jose.proc.JWSVerificationKeySelector;
import com.nimbusds.jose.proc.SecurityContext;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import com.nimbusds.jwt.proc.DefaultJWTClaimsVerifier;
import com.nimbusds.jwt.proc.DefaultJWTProcessor;
import io.tallystream.query.session.Pass;
import io.tallystream.runtime.http.Problem;
import io.tallystream.runtime.http.ProblemException;
import io.tallystream.runtime.security.ApiKey;
import io.tallystream.runtime.security.KeyScope;
import java.text.ParseException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Date;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Judges JSON Web Tokens: signed by a key of the issuer with an asymmetric algorithm, for us, at this time. Whatever a token says
 * about where its key is to be had counts for nothing. Thread-safe, never blocks.
 */
public final class TokenVerifier implements AutoCloseable {
    /** How long a token may be. */
    public static final int MAX_LENGTH = 8_000;

    private static final String READ = "tallystream:read";
    private static final String ADMIN = "tallystream:admin";
    private static final int MAX_SKEW_SECONDS = 60;
    private static final Pattern SHAPE = Pattern.compile("[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]*");
    // May stand in logs and keys.
    private static final Pattern PLAIN = Pattern.compile("[!-z|~]{1,128}");
    private static final Set<JWSAlgorithm> ALGORITHMS = Set.of(
            JWSAlgorithm.RS256,
            JWSAlgorithm.RS384,
            JWSAlgorithm.RS512,
            JWSAlgorithm.PS256,
            JWSAlgorithm.PS384,
            JWSAlgorithm.PS512,
            JWSAlgorithm.ES256,
            JWSAlgorithm.ES384,
            JWSAlgorithm.ES512);

    private final OidcConfig config;
    private final IssuerKeys keys;
    private final DefaultJWTProcessor<SecurityContext> processor = new DefaultJWTProcessor<>();

    /** Of that issuer; fetches its keys once started. */
    public TokenVerifier(OidcConfig config, Clock clock) {
        this(config, clock, IssuerKeys.Pace.DEFAULT);
    }

    TokenVerifier(OidcConfig config, Clock clock, IssuerKeys.Pace pace) {
        this.config = requireNonNull(config, "config");
        keys = new IssuerKeys(config, pace);
        processor.setJWSTypeVerifier(new DefaultJOSEObjectTypeVerifier<>(
                JOSEObjectType.JWT, new JOSEObjectType("at+jwt"), new JOSEObjectType("application/at+jwt"), null));
        processor.setJWSKeySelector(new JWSVerificationKeySelector<>(
                ALGORITHMS,
                (selector, context) -> selector.select(keys.current().orElseGet(JWKSet::new))));
        processor.setJWTClaimsSetVerifier(verifier(config, requireNonNull(clock, "clock")));
    }

    private static DefaultJWTClaimsVerifier<SecurityContext> verifier(OidcConfig config, Clock clock) {
        JWTClaimsSet exact = new JWTClaimsSet.Builder().issuer(config.issuer()).build();
        DefaultJWTClaimsVerifier<SecurityContext> verifier =
                new DefaultJWTClaimsVerifier<>(config.audience(), exact, Set.of("sub", "exp")) {
                    @Override
                    protected Date currentTime() {
                        return Date.from(clock.instant());
                    }
                };
        verifier.setMaxClockSkew(MAX_SKEW_SECONDS);
        return verifier;
    }

    /** Begins to fetch the issuer's keys. */
    public void start() {
        keys.start();
    }

    /** Whose tokens it takes. */
    public String issuer() {
        return config.issuer();
    }

    /** Whether that could be a token, rather than a key. */
    public static boolean isToken(String secret) {
        return SHAPE.matcher(secret).matches();
    }

    /**
     * What a token lets its bearer do; empty if it is not right. Fails with an {@link IssuerUnavailableException} if that
     * cannot be known, and with a {@link ProblemException} of status 403 if it is right and for something else.
     */
    public CompletionStage<Optional<Pass>> verify(String token) {
        Optional<SignedJWT> parsed = parse(token);
        if (parsed.isEmpty()) {
            return CompletableFuture.completedFuture(Optional.empty());
        }
        SignedJWT jwt = parsed.get();
        CompletionStage<Void> ready = isKeyHere(jwt) ? CompletableFuture.completedFuture(null) : keys.refresh();
        return ready.thenApply(any -> {
            if (keys.current().isEmpty()) {
                throw new IssuerUnavailableException();
            }
            return judge(token, jwt);
        });
    }

    private static Optional<SignedJWT> parse(String token) {
        if (token.length() > MAX_LENGTH) {
            return Optional.empty();
        }
        try {
            return Optional.of(SignedJWT.parse(token))
                    .filter(jwt -> ALGORITHMS.contains(jwt.getHeader().getAlgorithm()));
        } catch (ParseException | IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private boolean isKeyHere(SignedJWT jwt) {
        String id = jwt.getHeader().getKeyID();
        return keys.current()
                .filter(known -> id == null || known.getKeyByKeyId(id) != null)
                .isPresent();
    }

    private Optional<Pass> judge(String token, SignedJWT jwt) {
        JWTClaimsSet claims;
        try {
            claims = processor.process(jwt, null);
        } catch (BadJOSEException | JOSEException | IllegalArgumentException e) {
            return Optional.empty();
        }
        if (claims.getSubject().isBlank()) {
            return Optional.empty();
        }
        KeyScope scope = scopeOf(claims)
                .orElseThrow(() -> new ProblemException(new Problem(
                        403,
                        "forbidden",
                        "Forbidden",
                        "this takes tokens with %s or %s in the claim %s, this one has neither"
                                .formatted(READ, ADMIN, config.scopeClaim()))));
        ApiKey key = new ApiKey(
                nameOf(claims.getSubject()), scope, ApiKey.digestOf(token), OptionalInt.empty(), Set.of(), null);
        return Optional.of(new Pass(key, Optional.of(claims.getExpirationTime().toInstant())));
    }

    private Optional<KeyScope> scopeOf(JWTClaimsSet claims) {
        Object claim = claims.getClaim(config.scopeClaim());
        List<?> values = claim instanceof String text
                ? Arrays.asList(text.split(" ", -1))
                : claim instanceof Collection<?> several ? new ArrayList<>(several) : List.of();
        return Stream.of(KeyScope.ADMIN, KeyScope.READ)
                .filter(scope -> values.contains(scope == KeyScope.ADMIN ? ADMIN : READ))
                .findFirst();
    }

    /** Apart from the names of keys. */
    private static String nameOf(String subject) {
        return "oidc:" + (PLAIN.matcher(subject).matches() ? subject : "sha256:" + ApiKey.digestOf(subject));
    }

    @Override
    public void close() {
        keys.close();
    }
}
