package io.tallystream.runtime.security;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Keys with distinct secrets, of which it has digests only. Immutable. */
public final class ApiKeys implements KeyLookup {
    /** Characters that a secret must have at least. */
    public static final int MIN_SECRET_LENGTH = 16;

    private static final int START = 16;

    // By the first digits of the digest. How long it takes to find those tells nothing of a secret: nobody can choose
    // them.
    private final Map<String, ApiKey> keys;
    private final Map<String, List<ApiKey>> byName;

    private ApiKeys(Map<String, ApiKey> keys) {
        this.keys = keys;
        this.byName = keys.values().stream().collect(Collectors.groupingBy(ApiKey::name));
    }

    /**
     * Those keys.
     *
     * @throws IllegalArgumentException if two have the same secret: it would outlive the removal of one
     */
    public static ApiKeys of(Collection<ApiKey> keys) {
        Map<String, ApiKey> held = new HashMap<>();
        for (ApiKey key : keys) {
            if (held.put(start(key.digest()), key) != null) {
                throw new IllegalArgumentException("two keys have the same secret, one is " + key.name());
            }
        }
        return new ApiKeys(held);
    }

    /**
     * One key.
     *
     * @throws IllegalArgumentException if the secret is shorter than {@link #MIN_SECRET_LENGTH}
     */
    public static ApiKeys of(String name, KeyScope scope, String secret) {
        // An unset variable is the empty secret: everybody would have it.
        if (secret.length() < MIN_SECRET_LENGTH) {
            throw new IllegalArgumentException("the secret of " + name + " is too short");
        }
        return of(List.of(configured(name, scope, secret)));
    }

    /**
     * Reads {@code name=secret,name=secret}, keys that may send events; empty text gives no keys.
     *
     * @throws IllegalArgumentException if it is not of that form, a name or secret comes twice, or a secret is shorter than
     *     {@link #MIN_SECRET_LENGTH}; the message holds no secret
     */
    public static ApiKeys parse(String text) {
        List<ApiKey> keys = new ArrayList<>();
        Set<String> names = new TreeSet<>();
        for (String entry : text.isBlank() ? new String[0] : text.split(",", -1)) {
            int equals = entry.indexOf('=');
            String name = equals < 0 ? "" : entry.substring(0, equals).strip();
            String secret = entry.substring(equals + 1).strip();
            if (name.isEmpty() || secret.length() < MIN_SECRET_LENGTH || !names.add(name)) {
                throw new IllegalArgumentException("not distinct names with distinct secrets");
            }
            keys.add(configured(name, KeyScope.INGEST, secret));
        }
        return of(keys);
    }

    private static ApiKey configured(String name, KeyScope scope, String secret) {
        return new ApiKey(name, scope, ApiKey.digestOf(secret), OptionalInt.empty(), Set.of(), null);
    }

    /** These keys and others. Where one of them has a secret of these, these hold. */
    public ApiKeys and(Collection<ApiKey> others) {
        Map<String, ApiKey> all = new HashMap<>(of(others).keys);
        all.putAll(keys);
        return new ApiKeys(all);
    }

    @Override
    public Optional<ApiKey> find(String secret) {
        String presented = ApiKey.digestOf(secret);
        return Optional.ofNullable(keys.get(start(presented)))
                .filter(key -> MessageDigest.isEqual(bytes(key.digest()), bytes(presented)));
    }

    @Override
    public List<ApiKey> named(String name) {
        return byName.getOrDefault(name, List.of());
    }

    /** Whether there is no key at all. */
    public boolean isEmpty() {
        return keys.isEmpty();
    }

    private static String start(String digest) {
        return digest.substring(0, START);
    }

    private static byte[] bytes(String digest) {
        return digest.getBytes(StandardCharsets.US_ASCII);
    }

    /** The names. */
    @Override
    public String toString() {
        return "ApiKeys" + keys.values().stream().map(ApiKey::name).sorted().toList();
    }
}
