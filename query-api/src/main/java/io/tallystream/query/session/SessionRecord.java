package io.tallystream.query.session;

import static java.util.Objects.requireNonNull;

import io.tallystream.runtime.security.ApiKey;
import io.tallystream.runtime.security.KeyLookup;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Optional;

/**
 * What Redis keeps of a session or a code. It tells which key is meant only to who has the secret of the session: not even the digest
 * of the key is there, with which a short one could be guessed.
 *
 * @param name of the key
 * @param proof that the key is that of the session, see {@link #proof}
 * @param expires when it ends
 */
record SessionRecord(String name, String proof, Instant expires) {
    private static final String NAME = "name";
    private static final String PROOF = "proof";
    private static final String EXPIRES = "expires";

    SessionRecord {
        requireNonNull(name, "name");
        requireNonNull(proof, "proof");
        requireNonNull(expires, "expires");
    }

    /** Binds a key to the secret of a session. */
    static String proof(String secret, ApiKey key) {
        return ApiKey.digestOf("key:" + secret + ":" + key.digest());
    }

    String write() {
        return new JsonObject()
                .put(NAME, name)
                .put(PROOF, proof)
                .put(EXPIRES, expires.toString())
                .encode();
    }

    /** Empty if there is none, or it is of another version of us. */
    static Optional<SessionRecord> read(String content) {
        if (content == null) {
            return Optional.empty();
        }
        try {
            JsonObject json = new JsonObject(content);
            return Optional.of(new SessionRecord(
                    json.getString(NAME), json.getString(PROOF), Instant.parse(json.getString(EXPIRES))));
        } catch (DecodeException | ClassCastException | NullPointerException | DateTimeException e) {
            return Optional.empty();
        }
    }

    /** The key of that name to which the secret is bound, if there is one still. */
    Optional<ApiKey> key(String secret, KeyLookup keys) {
        return keys.named(name).stream()
                .filter(key -> MessageDigest.isEqual(
                        proof(secret, key).getBytes(StandardCharsets.US_ASCII),
                        proof.getBytes(StandardCharsets.US_ASCII)))
                .findFirst();
    }
}
