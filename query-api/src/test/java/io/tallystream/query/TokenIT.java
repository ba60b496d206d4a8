package io.tallystream.query;

import static io.tallystream.query.Problems.assertProblem;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jose.util.Base64URL;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.PlainJWT;
import com.nimbusds.jwt.SignedJWT;
import io.tallystream.embedded.EmbeddedRedis;
import io.tallystream.query.oidc.Issuer;
import io.tallystream.query.oidc.OidcConfig;
import io.tallystream.runtime.security.ApiKey;
import io.tallystream.schema.redis.CountKeys;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Base64;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tokens of an issuer in the place of keys. */
class TokenIT extends WithApi {
    private static final String READ = "tallystream:read";
    private static final String ADMIN = "tallystream:admin";
    private static final String REPORT = "/api/v1/reports/daily/2026-11-20";
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private Issuer issuer;

    TokenIT(EmbeddedRedis redis) {
        super(redis);
    }

    @BeforeEach
    void startIssuer() throws Exception {
        issuer = Issuer.start();
        api.close();
        api = startFor(Optional.of(issuer.config()));
        awaitTaken(issuer.token(NOW, READ));
    }

    @AfterEach
    void stopIssuer() {
        issuer.close();
    }

    private Api startFor(Optional<OidcConfig> oidc) throws Exception {
        Api.Access access = new Api.Access(Api.Access.DEFAULT.keys(), "", Api.SESSION_LIFETIME, oidc);
        return Api.start(redis.uri(), prefix, UTC, Clock.fixed(NOW, ZoneOffset.UTC), Optional.empty(), access)
                .awaitUp();
    }

    private HttpResponse<String> get(String token) throws Exception {
        return api.send(
                api.bare(OVERVIEW).header("Authorization", "Bearer " + token).build());
    }

    private void awaitTaken(String token) {
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(get(token).statusCode()).isEqualTo(200));
    }

    private JWTClaimsSet.Builder claims() {
        return issuer.claims(NOW).claim("scope", READ);
    }

    private String signed(JWTClaimsSet.Builder claims) throws JOSEException {
        return issuer.sign(JWSAlgorithm.RS256, claims.build());
    }

    private JWSHeader.Builder header() {
        return new JWSHeader.Builder(JWSAlgorithm.RS256).keyID(issuer.rsa().getKeyID());
    }

    @ParameterizedTest
    @ValueSource(strings = {"RS256", "RS512", "PS256", "PS384", "ES256"})
    void shouldTakeTokensSignedByTheIssuer(String algorithm) throws Exception {
        assertThat(get(issuer.sign(JWSAlgorithm.parse(algorithm), claims().build()))
                        .statusCode())
                .isEqualTo(200);
    }

    @Test
    void shouldTakeTokensOfFormsThatIssuersUse() throws Exception {
        List<String> tokens = List.of(
                signed(claims().claim("scope", "openid " + READ + " email")),
                signed(claims().claim("scope", List.of("openid", READ))),
                signed(claims().audience(List.of("other", Issuer.AUDIENCE))),
                signed(claims().notBeforeTime(Date.from(NOW.plusSeconds(59)))),
                signed(claims().expirationTime(Date.from(NOW.minusSeconds(59)))),
                Issuer.sign(header().type(new JOSEObjectType("at+jwt")).build(), issuer.rsa(), claims().build()),
                Issuer.sign(new JWSHeader(JWSAlgorithm.RS256), issuer.rsa(), claims().build()));

        for (String token : tokens) {
            assertThat(get(token).statusCode()).as(token).isEqualTo(200);
        }
    }

    @Test
    void shouldGoByTheScope() throws Exception {
        assertThat(post(issuer.token(NOW, ADMIN)).statusCode()).isEqualTo(200);
        assertThat(post(issuer.token(NOW, READ + " " + ADMIN)).statusCode()).isEqualTo(200);
        assertProblem(post(issuer.token(NOW, READ)), 403, "forbidden");
        for (String scope :
                List.of("", "read", "tallystream:readx", "tallystream", "TALLYSTREAM:READ", READ + "," + ADMIN)) {
            assertThat(assertProblem(get(issuer.token(NOW, scope)), 403, "forbidden")
                            .getString("detail"))
                    .contains(READ, ADMIN, "scope");
        }
        assertProblem(get(signed(issuer.claims(NOW))), 403, "forbidden");
        assertProblem(get(signed(issuer.claims(NOW).claim("roles", READ))), 403, "forbidden");
        assertProblem(get(signed(claims().claim("scope", Map.of(READ, true)))), 403, "forbidden");
        assertProblem(get(signed(claims().claim("scope", true))), 403, "forbidden");
    }

    private HttpResponse<String> post(String token) throws Exception {
        return api.send(api.bare(REPORT)
                .header("Authorization", "Bearer " + token)
                .POST(BodyPublishers.noBody())
                .build());
    }

    @Test
    void shouldTakeTheScopeFromAnotherClaim() throws Exception {
        api.close();
        api = startFor(
                Optional.of(new OidcConfig(issuer.name(), Issuer.AUDIENCE, Optional.of(issuer.keysUri()), "roles")));
        awaitTaken(signed(issuer.claims(NOW).claim("roles", List.of(READ))));

        assertProblem(get(signed(claims())), 403, "forbidden");
    }

    @Test
    void shouldRefuseTokensThatAreNotRight() throws Exception {
        Map<String, String> wrong = new LinkedHashMap<>();
        wrong.put("wrong issuer", signed(claims().issuer(issuer.name() + "/")));
        wrong.put("no issuer", signed(claims().issuer(null)));
        wrong.put("wrong audience", signed(claims().audience("other")));
        wrong.put("no audience", signed(claims().audience((String) null)));
        wrong.put("no subject", signed(claims().subject(null)));
        wrong.put("blank subject", signed(claims().subject(" ")));
        wrong.put("no expiry", signed(claims().expirationTime(null)));
        wrong.put("expired", signed(claims().expirationTime(Date.from(NOW.minusSeconds(61)))));
        wrong.put("not yet valid", signed(claims().notBeforeTime(Date.from(NOW.plusSeconds(62)))));
        wrong.put(
                "another type",
                Issuer.sign(header().type(new JOSEObjectType("dpop+jwt")).build(), issuer.rsa(), claims().build()));
        wrong.put(
                "critical header",
                Issuer.sign(
                        header().criticalParams(Set.of("exp"))
                                .customParam("exp", 1)
                                .build(),
                        issuer.rsa(),
                        claims().build()));

        assertAllRefused(wrong);
    }

    @Test
    void shouldRefuseTokensThatTheIssuerDidNotSign() throws Exception {
        JWK theirs = new RSAKeyGenerator(2048).keyID(issuer.rsa().getKeyID()).generate();
        String right = signed(claims());
        String[] parts = right.split("\\.", -1);
        String admin = Base64URL.encode(new String(Base64.getUrlDecoder().decode(parts[1]), StandardCharsets.UTF_8)
                        .replace(READ, ADMIN))
                .toString();
        Map<String, String> forged = new LinkedHashMap<>();
        forged.put("payload changed", parts[0] + "." + admin + "." + parts[2]);
        forged.put("signature changed", parts[0] + "." + parts[1] + "." + flipped(parts[2]));
        forged.put("signature cut", right.substring(0, right.length() - 4));
        forged.put("signature empty", parts[0] + "." + parts[1] + ".");
        forged.put(
                "of another token",
                parts[0] + "." + parts[1] + "." + issuer.token(NOW, ADMIN).split("\\.", -1)[2]);
        forged.put("another key", Issuer.sign(header().build(), theirs, claims().build()));
        forged.put("unknown kid", Issuer.sign(header().keyID("rsa-9").build(), issuer.rsa(), claims().build()));
        forged.put(
                "own key in the header",
                Issuer.sign(header().jwk(theirs.toPublicJWK()).build(), theirs, claims().build()));
        forged.put("none", new PlainJWT(claims().build()).serialize());
        forged.put("None", header("{\"alg\":\"None\"}") + parts[1] + ".");
        forged.put("none with kid", header("{\"alg\":\"none\",\"kid\":\"rsa-1\"}") + parts[1] + "." + parts[2]);
        forged.put("no algorithm", header("{\"kid\":\"rsa-1\"}") + parts[1] + "." + parts[2]);
        forged.put("another algorithm", header("{\"alg\":\"PS256\",\"kid\":\"rsa-1\"}") + parts[1] + "." + parts[2]);
        forged.put(
                "zeros",
                header("{\"alg\":\"ES256\",\"kid\":\"ec-1\"}") + parts[1] + "." + Base64URL.encode(new byte[64]));
        forged.put("of another curve", header("{\"alg\":\"ES512\",\"kid\":\"ec-1\"}") + parts[1] + "." + parts[2]);
        forged.put("no JSON", "a.b.c");
        forged.put("dots", "..");
        forged.put("deep", header("[".repeat(3_000)) + parts[1] + "." + parts[2]);
        for (byte[] secret : List.of(
                issuer.rsa().toRSAPublicKey().getEncoded(),
                issuer.rsa().toRSAPublicKey().getModulus().toByteArray(),
                issuer.rsa().toPublicJWK().toJSONString().getBytes(StandardCharsets.UTF_8))) {
            SignedJWT mac = new SignedJWT(
                    new JWSHeader.Builder(JWSAlgorithm.HS256)
                            .keyID(issuer.rsa().getKeyID())
                            .build(),
                    claims().build());
            mac.sign(new MACSigner(secret));
            forged.put("HMAC with the public key " + forged.size(), mac.serialize());
        }

        assertAllRefused(forged);
    }

    private static String header(String json) {
        return Base64URL.encode(json) + ".";
    }

    private static String flipped(String signature) {
        char first = signature.charAt(0);
        return (first == 'A' ? 'B' : 'A') + signature.substring(1);
    }

    private void assertAllRefused(Map<String, String> tokens) throws Exception {
        for (Map.Entry<String, String> token : tokens.entrySet()) {
            assertThat(token.getValue().length()).as(token.getKey()).isLessThan(8_100);
            HttpResponse<String> response = get(token.getValue());
            assertThat(response.statusCode()).as(token.getKey()).isEqualTo(401);
            JsonObject problem = assertProblem(response, 401, "unauthorized");
            assertThat(problem.encode()).as(token.getKey()).doesNotContain(token.getValue());
            assertProblem(Browser.signInWith(api, "token", token.getValue()), 401, "unauthorized");
        }
    }

    @Test
    void shouldNotFetchKeysFromWhereATokenSays() throws Exception {
        try (Issuer theirs = Issuer.start()) {
            JWSHeader pointing = new JWSHeader.Builder(JWSAlgorithm.RS256)
                    .keyID("theirs")
                    .jwkURL(theirs.keysUri())
                    .x509CertURL(theirs.keysUri())
                    .build();

            assertProblem(get(Issuer.sign(pointing, theirs.rsa(), claims().build())), 401, "unauthorized");
            assertProblem(get(theirs.token(NOW, ADMIN)), 401, "unauthorized");
            assertThat(theirs.asked()).isZero();
        }
    }

    @Test
    void shouldRefuseATokenThatIsTooLongToBeAHeader() throws Exception {
        String token = signed(claims().claim("padding", "x".repeat(7_000)));

        assertThat(get(token).statusCode()).isEqualTo(431);
        assertProblem(Browser.signInWith(api, "token", token), 401, "unauthorized");
    }

    @Test
    void shouldTakeKeysAsBefore() throws Exception {
        assertThat(get(Api.TOKEN).statusCode()).isEqualTo(200);
        assertThat(get(Api.READ_KEY).statusCode()).isEqualTo(200);
        assertProblem(get("0123456789.wrong.key"), 401, "unauthorized");
    }

    @Test
    void shouldRefuseTokensWhereThereIsNoIssuer() throws Exception {
        api.close();
        api = startFor(Optional.empty());

        assertProblem(get(issuer.token(NOW, READ)), 401, "unauthorized");
    }

    @Test
    void shouldSayWhenItCannotKnow() throws Exception {
        String token = issuer.token(NOW, READ);
        OidcConfig config = issuer.config();
        issuer.close();
        api.close();
        api = startFor(Optional.of(config));

        assertProblem(get(token), 503, "unavailable");
        assertProblem(Browser.signInWith(api, "token", token), 503, "unavailable");
        assertThat(get(Api.TOKEN).statusCode()).isEqualTo(200);
    }

    @Test
    void shouldFollowTheIssuerToNewKeys() throws Exception {
        issuer.turn("2");

        awaitTaken(issuer.token(NOW, READ));
    }

    @Test
    void shouldSignInForAsLongAsTheTokenHolds() throws Exception {
        Instant expiry = Instant.parse("2026-11-20T10:25:31Z");
        HttpResponse<String> response = Browser.signInWith(
                api, "token", signed(claims().subject("ann@example.com").expirationTime(Date.from(expiry))));

        Browser browser = Browser.of(response);
        assertThat(response.headers().firstValue("Set-Cookie"))
                .hasValueSatisfying(cookie -> assertThat(cookie).contains("; Max-Age=600;"));
        assertThat(browser.answer().getString("name")).isEqualTo("oidc:ann@example.com");
        assertThat(browser.answer().getString("scope")).isEqualTo("read");
        assertThat(browser.answer().getString("expires_at")).isEqualTo(expiry.toString());
        assertThat(browser.get(api, OVERVIEW).statusCode()).isEqualTo(200);
        assertThat(counts.redis().ttl(CountKeys.session(prefix, ApiKey.digestOf(browser.id()))))
                .isBetween(1L, 600L);
        assertThat(browser.signOut(api).statusCode()).isEqualTo(204);
        assertProblem(browser.get(api, OVERVIEW), 401, "unauthorized");
    }

    @Test
    void shouldNotSignInForLongerThanASession() throws Exception {
        Browser browser = Browser.of(Browser.signInWith(
                api,
                "token",
                signed(claims().subject("a\nb").expirationTime(Date.from(NOW.plus(Duration.ofDays(9)))))));

        assertThat(browser.answer().getString("expires_at")).isEqualTo("2026-11-20T22:15:31Z");
        assertThat(browser.answer().getString("name")).matches("oidc:sha256:[0-9a-f]{64}");
    }

    @Test
    void shouldEndSessionsOfAnIssuerThatIsTrustedNoMore() throws Exception {
        Browser browser = Browser.of(Browser.signInWith(api, "token", issuer.token(NOW, ADMIN)));
        assertThat(browser.get(api, OVERVIEW).statusCode()).isEqualTo(200);

        for (Optional<OidcConfig> oidc : List.of(
                Optional.<OidcConfig>empty(),
                Optional.of(new OidcConfig("https://other.example", Issuer.AUDIENCE, Optional.empty(), "scope")))) {
            try (Api other = startFor(oidc)) {
                assertProblem(browser.get(other, OVERVIEW), 401, "unauthorized");
            }
        }
    }
}
