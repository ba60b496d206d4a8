package io.tallystream.query.session;

import io.tallystream.runtime.security.ApiKey;
import io.tallystream.runtime.security.KeyLookup;
import io.tallystream.runtime.security.KeyScope;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * What Redis keeps of a session or a one-time code. Which key it was opened with it tells only to who has the secret of the
 * session: not even the digest of the key is there, with which a short one could be guessed. One that was opened with a
 * token has the issuer.
 */
final class SessionRecord {
    private static final String NAME = "name";
    private static final String PROOF = "proof";
    private static final String SCOPE = "scope";
    private static final String ISSUER = "issuer";
    private static final String EXPIRES = "expires";

    private final JsonObject json;

    private SessionRecord(JsonObject json) {
        this.json = json;
    }

    /** Of what was opened with a key, which that secret is bound to. */
    static SessionRecord ofKey(ApiKey key, String secret, Instant expires) {
        return new SessionRecord(new JsonObject()
                .put(NAME, key.name())
                .put(PROOF, proof(secret, key))
                .put(EXPIRES, expires.toString()));
    }

    /** Of what was opened with a token of that issuer. */
    static SessionRecord ofToken(ApiKey key, String issuer, Instant expires) {
        return new SessionRecord(new JsonObject()
                .put(NAME, key.name())
                .put(SCOPE, key.scope().wireName())
                .put(ISSUER, issuer)
                .put(EXPIRES, expires.toString()));
    }

    String write() {
        return json.encode();
    }

    /**
     * The session of that secret; empty if there is none, its key is no more, or another version of us wrote what is there.
     *
     * @param content null if there is none
     * @param issuer whose tokens are taken now
     */
    static Optional<Session> read(String content, String secret, KeyLookup keys, Optional<String> issuer) {
        if (content == null) {
            return Optional.empty();
        }
        try {
            SessionRecord kept = new SessionRecord(new JsonObject(content));
            Instant expires = Instant.parse(kept.json.getString(EXPIRES));
            Optional<ApiKey> key =
                    kept.json.containsKey(PROOF) ? kept.key(secret, keys) : kept.keyOfToken(secret, issuer);
            return key.map(found -> new Session(secret, found, expires));
        } catch (DecodeException | ClassCastException | NullPointerException | DateTimeException e) {
            return Optional.empty();
        }
    }

    private Optional<ApiKey> key(String secret, KeyLookup keys) {
        byte[] proof = bytes(json.getString(PROOF));
        return keys.named(json.getString(NAME)).stream()
                .filter(key -> MessageDigest.isEqual(bytes(proof(secret, key)), proof))
                .findFirst();
    }

    private Optional<ApiKey> keyOfToken(String secret, Optional<String> issuer) {
        String name = json.getString(NAME);
        return issuer.filter(known -> known.equals(json.getString(ISSUER)) && !name.isEmpty())
                .flatMap(known -> KeyScope.ofWireName(json.getString(SCOPE)))
                .map(scope -> new ApiKey(name, scope, ApiKey.digestOf(secret), OptionalInt.empty(), Set.of(), null));
    }

    private static String proof(String secret, ApiKey key) {
        return ApiKey.digestOf("key:" + secret + ":" + key.digest());
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
