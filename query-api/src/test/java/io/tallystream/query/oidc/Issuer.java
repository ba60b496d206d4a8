package io.tallystream.query.oidc;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSSigner;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * An issuer of tokens: a server on this machine with its configuration and its public keys, which can go wrong in several
 * ways.
 */
public final class Issuer implements AutoCloseable {
    /** For whom its tokens are, unless said otherwise. */
    public static final String AUDIENCE = "tallystream";

    private final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final AtomicInteger asked = new AtomicInteger();
    private volatile RSAKey rsa;
    private volatile ECKey ec;
    private volatile int status = 200;
    private volatile Optional<String> keys = Optional.empty();
    private volatile Optional<String> configuration = Optional.empty();
    private volatile boolean isHanging;

    private Issuer(HttpServer server) throws JOSEException {
        this.server = server;
        turn("1");
    }

    /** Starts one. */
    public static Issuer start() throws IOException, JOSEException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        Issuer issuer = new Issuer(server);
        server.setExecutor(issuer.threads);
        server.createContext("/realm/.well-known/openid-configuration", issuer::tellOfItself);
        server.createContext("/keys", issuer::tellKeys);
        server.start();
        return issuer;
    }

    /** From now on signs with other keys, of other ids, and has only those. */
    public void turn(String generation) throws JOSEException {
        rsa = new RSAKeyGenerator(2048).keyID("rsa-" + generation).generate();
        ec = new ECKeyGenerator(Curve.P_256).keyID("ec-" + generation).generate();
    }

    public String name() {
        return "http://127.0.0.1:" + server.getAddress().getPort() + "/realm";
    }

    public URI keysUri() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/keys");
    }

    public OidcConfig config() {
        return new OidcConfig(name(), AUDIENCE, Optional.empty(), "scope");
    }

    public RSAKey rsa() {
        return rsa;
    }

    public ECKey ec() {
        return ec;
    }

    /** How often its keys were asked for. */
    public int asked() {
        return asked.get();
    }

    void answerWith(int newStatus) {
        status = newStatus;
    }

    void tellKeys(String text) {
        keys = Optional.of(text);
    }

    void tellConfiguration(String text) {
        configuration = Optional.of(text);
    }

    void hang() {
        isHanging = true;
    }

    /** Of a token that is right at that time, for an hour, and without a scope. */
    public JWTClaimsSet.Builder claims(Instant now) {
        return new JWTClaimsSet.Builder()
                .issuer(name())
                .audience(AUDIENCE)
                .subject("ann")
                .issueTime(Date.from(now))
                .expirationTime(Date.from(now.plusSeconds(3600)));
    }

    /** A token that is right. */
    public String token(Instant now, String scope) throws JOSEException {
        return sign(JWSAlgorithm.RS256, claims(now).claim("scope", scope).build());
    }

    /** Signed by its key for that algorithm. */
    public String sign(JWSAlgorithm algorithm, JWTClaimsSet claims) throws JOSEException {
        JWK key = JWSAlgorithm.Family.EC.contains(algorithm) ? ec : rsa;
        return sign(new JWSHeader.Builder(algorithm).keyID(key.getKeyID()).build(), key, claims);
    }

    /** Signed by any key under any header. */
    public static String sign(JWSHeader header, JWK key, JWTClaimsSet claims) throws JOSEException {
        JWSSigner signer = key instanceof RSAKey rsaKey ? new RSASSASigner(rsaKey) : new ECDSASigner(key.toECKey());
        SignedJWT jwt = new SignedJWT(header, claims);
        jwt.sign(signer);
        return jwt.serialize();
    }

    private void tellOfItself(HttpExchange exchange) throws IOException {
        String text = configuration.orElse(new JsonObject()
                .put("issuer", name())
                .put("jwks_uri", keysUri().toString())
                .encode());
        send(exchange, 200, text);
    }

    private void tellKeys(HttpExchange exchange) throws IOException {
        asked.incrementAndGet();
        if (isHanging) {
            // Never answered.
            return;
        }
        String text = keys.orElse(new JWKSet(List.of(rsa, ec)).toString(true));
        exchange.getResponseHeaders().add("Location", name());
        send(exchange, status, text);
    }

    private static void send(HttpExchange exchange, int status, String text) throws IOException {
        byte[] body = text.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(status, body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }

    /** Goes away. */
    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
