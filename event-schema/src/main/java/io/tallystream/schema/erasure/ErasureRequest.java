package io.tallystream.schema.erasure;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;

/**
 * A request to keep nothing of a user. On its way it is a member of a set in Redis, {@link #member}, then a record on
 * {@link io.tallystream.schema.kafka.Topics#ERASURES} with the user as its key and the id as its value.
 *
 * @param id names the request where the user must not be named, as in logs; says nothing about the user
 * @param userId whose data it is
 */
public record ErasureRequest(String id, String userId) {
    private static final Pattern ID = Pattern.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");
    private static final int ID_LENGTH = 36;

    /** Requires both, and of the id that {@link #of} gave it. */
    public ErasureRequest {
        requireNonNull(userId, "userId");
        if (!ID.matcher(id).matches()) {
            throw new IllegalArgumentException("not the id of an erasure request");
        }
    }

    /** A new one. */
    public static ErasureRequest of(String userId) {
        return new ErasureRequest(UUID.randomUUID().toString(), userId);
    }

    /** How it is written in Redis. */
    public String member() {
        return id + ' ' + userId;
    }

    /** What {@link #member} wrote; empty if that is no such thing. */
    public static Optional<ErasureRequest> ofMember(String member) {
        return member.length() > ID_LENGTH
                        && member.charAt(ID_LENGTH) == ' '
                        && ID.matcher(member.substring(0, ID_LENGTH)).matches()
                ? Optional.of(new ErasureRequest(member.substring(0, ID_LENGTH), member.substring(ID_LENGTH + 1)))
                : Optional.empty();
    }

    /** The key of its record on Kafka. */
    public byte[] key() {
        return userId.getBytes(UTF_8);
    }

    /** The value of its record on Kafka. */
    public byte[] value() {
        return id.getBytes(UTF_8);
    }

    /** The id in the value of a record; empty if there is none. */
    public static Optional<String> idOf(byte[] value) {
        return Optional.ofNullable(value)
                .map(bytes -> new String(bytes, UTF_8))
                .filter(text -> ID.matcher(text).matches());
    }
}
