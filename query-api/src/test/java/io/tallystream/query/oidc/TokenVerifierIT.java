package io.tallystream.query.oidc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.RSAKey;
import io.tallystream.query.session.Pass;
import io.vertx.core.json.JsonObject;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How the issuer's keys are fetched. */
@Timeout(240)
class TokenVerifierIT {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Instant NOW = Instant.parse("2026-11-20T10:15:31Z");
    private static final Duration LONG = Duration.ofHours(1);
    private static final IssuerKeys.Pace HASTY =
            new IssuerKeys.Pace(Duration.ofMillis(50), Duration.ofMillis(20), Duration.ofMillis(500));

    private Issuer issuer;

    @BeforeEach
    void start() throws Exception {
        issuer = Issuer.start();
    }

    @AfterEach
    void stop() {
        issuer.close();
    }

    private TokenVerifier verifier(OidcConfig config, IssuerKeys.Pace pace) {
        TokenVerifier verifier = new TokenVerifier(config, Clock.fixed(NOW, ZoneOffset.UTC), pace);
        verifier.start();
        return verifier;
    }

    private static Optional<Pass> verify(TokenVerifier verifier, String token) {
        return verifier.verify(token).toCompletableFuture().join();
    }

    private static void awaitTaken(TokenVerifier verifier, String token) {
        await().atMost(PATIENCE)
                .ignoreExceptions()
                .until(() -> verify(verifier, token).isPresent());
    }

    private static void assertUnknown(TokenVerifier verifier, String token) {
        assertThatThrownBy(() -> verify(verifier, token)).hasCauseInstanceOf(IssuerUnavailableException.class);
    }

    @Test
    void shouldFetchKeysOnceHoweverManyAskForOneThatIsNotThere() throws Exception {
        String before = issuer.token(NOW, "tallystream:read");
        try (TokenVerifier verifier = verifier(issuer.config(), new IssuerKeys.Pace(LONG, LONG, PATIENCE))) {
            awaitTaken(verifier, before);
            issuer.turn("2");
            String after = issuer.token(NOW, "tallystream:read");

            for (int i = 0; i < 1_000; i++) {
                assertThat(verify(verifier, after)).isEmpty();
            }

            assertThat(issuer.asked()).isEqualTo(1);
            assertThat(verify(verifier, before)).isPresent();
        }
    }

    @Test
    void shouldFetchTheKeyThatATokenNames() throws Exception {
        try (TokenVerifier verifier =
                verifier(issuer.config(), new IssuerKeys.Pace(LONG, Duration.ofMillis(20), PATIENCE))) {
            awaitTaken(verifier, issuer.token(NOW, "tallystream:read"));
            issuer.turn("2");
            String after = issuer.token(NOW, "tallystream:read");

            awaitTaken(verifier, after);
        }
    }

    @Test
    void shouldLetAllWaitForOneFetch() throws Exception {
        String token = issuer.token(NOW, "tallystream:read");
        try (TokenVerifier verifier = verifier(issuer.config(), new IssuerKeys.Pace(LONG, LONG, PATIENCE))) {
            List<CompletableFuture<Optional<Pass>>> asked = IntStream.range(0, 100)
                    .mapToObj(any -> verifier.verify(token).toCompletableFuture())
                    .toList();

            assertThat(asked).allSatisfy(each -> assertThat(each.join()).isPresent());
            assertThat(issuer.asked()).isEqualTo(1);
        }
    }

    @Test
    void shouldForgetAKeyThatTheIssuerWithdrew() throws Exception {
        String before = issuer.token(NOW, "tallystream:read");
        try (TokenVerifier verifier = verifier(issuer.config(), HASTY)) {
            awaitTaken(verifier, before);

            issuer.turn("2");

            await().atMost(PATIENCE).until(() -> verify(verifier, before).isEmpty());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"status", "redirect", "garbage", "large", "hang", "away", "other"})
    void shouldKeepTheKeysItHasWhateverBecomesOfTheIssuer(String trouble) throws Exception {
        String token = issuer.token(NOW, "tallystream:read");
        String unknown = new JsonObject().put("kid", "x").encode();
        try (TokenVerifier verifier = verifier(issuer.config(), HASTY)) {
            awaitTaken(verifier, token);
            Consumer<Issuer> change = switch (trouble) {
                case "status" -> at -> at.answerWith(500);
                case "redirect" -> at -> at.answerWith(302);
                case "garbage" -> at -> at.tellKeys("{\"keys\":[" + unknown);
                case "large" -> at -> at.tellKeys("{\"keys\":[],\"x\":\"" + "x".repeat(600_000) + "\"}");
                case "hang" -> Issuer::hang;
                case "away" -> Issuer::close;
                default ->
                    at -> at.tellConfiguration(new JsonObject()
                            .put("issuer", "https://other.example")
                            .put("jwks_uri", at.keysUri().toString())
                            .encode());
            };
            change.accept(issuer);
            int before = issuer.asked();
            if (!trouble.equals("away") && !trouble.equals("other")) {
                await().atMost(PATIENCE).until(() -> issuer.asked() >= before + 3);
            }

            for (int i = 0; i < 100; i++) {
                assertThat(verify(verifier, token)).isPresent();
            }
        }
    }

    @Test
    void shouldNotJudgeWithoutKeys() throws Exception {
        String token = issuer.token(NOW, "tallystream:read");
        issuer.answerWith(503);
        try (TokenVerifier verifier = verifier(issuer.config(), HASTY)) {
            assertUnknown(verifier, token);

            issuer.answerWith(200);

            awaitTaken(verifier, token);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://192.0.2.1/keys",
                "file:///etc/passwd",
                "ftp://127.0.0.1/keys",
                "/keys",
                "not a URL",
                "https://user:password@127.0.0.1/keys"
            })
    void shouldFetchKeysFromWhereAConfiguredUrlMightLeadOnly(String uri) throws Exception {
        String token = issuer.token(NOW, "tallystream:read");
        issuer.tellConfiguration(new JsonObject()
                .put("issuer", issuer.name())
                .put("jwks_uri", uri)
                .encode());
        try (TokenVerifier verifier = verifier(issuer.config(), HASTY)) {
            assertUnknown(verifier, token);
            assertThat(issuer.asked()).isZero();
        }
    }

    @Test
    void shouldNotBelieveAConfigurationOfAnotherIssuer() throws Exception {
        String token = issuer.token(NOW, "tallystream:read");
        issuer.tellConfiguration(new JsonObject()
                .put("issuer", issuer.name() + "/")
                .put("jwks_uri", issuer.keysUri().toString())
                .encode());
        try (TokenVerifier verifier = verifier(issuer.config(), HASTY)) {
            assertUnknown(verifier, token);
        }
    }

    @Test
    void shouldNeedNoConfigurationWhereTheKeysAreKnown() throws Exception {
        issuer.tellConfiguration("");
        OidcConfig config = new OidcConfig(issuer.name(), Issuer.AUDIENCE, Optional.of(issuer.keysUri()), "scope");
        try (TokenVerifier verifier = verifier(config, HASTY)) {
            awaitTaken(verifier, issuer.token(NOW, "tallystream:read"));
        }
    }

    @Test
    void shouldTakeNoKeyThatIsNotForSignatures() throws Exception {
        String token = issuer.token(NOW, "tallystream:read");
        String encrypting = new JWKSet(new RSAKey.Builder(issuer.rsa())
                        .keyUse(KeyUse.ENCRYPTION)
                        .build())
                .toString(true);
        issuer.tellKeys(encrypting);
        try (TokenVerifier verifier = verifier(issuer.config(), HASTY)) {
            await().atMost(PATIENCE)
                    .ignoreExceptions()
                    .until(() -> verify(verifier, token).isEmpty());
        }
    }
}
