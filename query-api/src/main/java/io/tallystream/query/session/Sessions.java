package io.tallystream.query.session;

import static java.util.Objects.requireNonNull;

import io.lettuce.core.Range;
import io.lettuce.core.RedisException;
import io.lettuce.core.SetArgs;
import io.tallystream.query.store.CountReader;
import io.tallystream.runtime.security.ApiKey;
import io.tallystream.runtime.security.KeyLookup;
import io.tallystream.runtime.security.Secrets;
import io.tallystream.schema.redis.CountKeys;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Sessions in Redis, the same for all servers: who signs out of one is signed out of all. A session is worth what the key is
 * worth with which it was opened, and nothing once that is revoked; opened with a token, it ends with the token.
 * Thread-safe, never blocks; stages fail with a {@link RedisException} when Redis is away.
 */
public final class Sessions {
    /** How many sessions a key may have at a time; with one more the oldest ends. */
    public static final int MAX_OF_KEY = 100;

    /** How long a one-time code can be used. */
    public static final Duration CODE_LIFETIME = Duration.ofMinutes(10);

    private static final String CODE_PREFIX = "tsl";
    // The question that follows has a limit of its own; both together are to be answered within two seconds.
    private static final Duration FIND_LIMIT = Duration.ofMillis(500);

    private final CountReader redis;
    private final String prefix;
    private final KeyLookup keys;
    private final Optional<String> issuer;
    private final Duration lifetime;
    private final Clock clock;

    /**
     * Over that Redis.
     *
     * @param prefix of all keys in Redis
     * @param keys with which sessions are opened
     * @param issuer with whose tokens sessions are opened, too
     * @param lifetime of a session
     */
    public Sessions(
            CountReader redis, String prefix, KeyLookup keys, Optional<String> issuer, Duration lifetime, Clock clock) {
        this.redis = requireNonNull(redis, "redis");
        this.prefix = requireNonNull(prefix, "prefix");
        this.keys = requireNonNull(keys, "keys");
        this.issuer = requireNonNull(issuer, "issuer");
        this.lifetime = requireNonNull(lifetime, "lifetime");
        this.clock = requireNonNull(clock, "clock");
    }

    /** Opens a session that may do what the pass allows, for as long as it does at most. */
    public CompletionStage<Session> open(Pass pass) {
        Instant now = clock.instant().truncatedTo(ChronoUnit.SECONDS);
        ApiKey key = pass.key();
        Instant expires = pass.until().filter(now.plus(lifetime)::isAfter).orElse(now.plus(lifetime));
        Session session = new Session(Secrets.generate(Session.PREFIX), key, expires);
        String content = (pass.until().isEmpty()
                        ? SessionRecord.ofKey(key, session.id(), expires)
                        : SessionRecord.ofToken(key, issuer.orElseThrow(), expires))
                .write();
        String digest = ApiKey.digestOf(session.id());
        String index = CountKeys.sessionsOf(prefix, key.name());
        // A token may be a little past its time.
        SetArgs expiry =
                new SetArgs().px(Math.max(1, Duration.between(now, expires).toMillis()));
        // In the set first: what is not in it would not be bounded.
        CompletionStage<Session> opened = redis.write(to -> to.zadd(index, (double) clock.millis(), digest))
                .thenCompose(added -> redis.write(to -> to.pexpire(index, lifetime)))
                .thenCompose(kept -> redis.write(to -> to.set(CountKeys.session(prefix, digest), content, expiry)))
                .thenCompose(set -> bound(index))
                .thenApply(bounded -> session);
        return within(CountReader.ANSWER_LIMIT, opened);
    }

    private CompletionStage<?> bound(String index) {
        Range<Long> ended = Range.create(0L, clock.instant().minus(lifetime).toEpochMilli());
        return redis.write(to -> to.zremrangebyscore(index, ended))
                .thenCompose(removed -> redis.read(from -> from.zrange(index, 0, -MAX_OF_KEY - 1)))
                .thenCompose(tooMany -> CompletableFuture.allOf(tooMany.stream()
                        .map(digest -> remove(index, digest).toCompletableFuture())
                        .toArray(CompletableFuture[]::new)));
    }

    private CompletionStage<Long> remove(String index, String digest) {
        return redis.write(to -> to.del(CountKeys.session(prefix, digest)))
                .thenCompose(deleted -> redis.write(to -> to.zrem(index, digest)));
    }

    /** The session of that id; empty if there is none, if it has ended, or if its key is revoked. */
    public CompletionStage<Optional<Session>> find(String id) {
        String key = CountKeys.session(prefix, ApiKey.digestOf(id));
        return within(FIND_LIMIT, redis.read(from -> from.get(key)))
                .thenApply(content -> SessionRecord.read(content, id, keys, issuer));
    }

    /** Ends a session, on all servers at once. */
    public CompletionStage<Void> end(Session session) {
        String index = CountKeys.sessionsOf(prefix, session.key().name());
        return within(CountReader.ANSWER_LIMIT, remove(index, ApiKey.digestOf(session.id())))
                .thenAccept(any -> {});
    }

    /** Makes a code with which one browser may sign in as if it had the key, once and within {@link #CODE_LIFETIME}. */
    public CompletionStage<String> makeCode(ApiKey key) {
        String code = Secrets.generate(CODE_PREFIX);
        String content = SessionRecord.ofKey(key, code, clock.instant().plus(CODE_LIFETIME))
                .write();
        String place = CountKeys.loginCode(prefix, ApiKey.digestOf(code));
        return within(
                CountReader.ANSWER_LIMIT,
                redis.write(to -> to.set(place, content, new SetArgs().px(CODE_LIFETIME)))
                        .thenApply(set -> code));
    }

    /** Uses a code up; what it stands for, or empty if it is none, or no more. */
    public CompletionStage<Optional<Pass>> useCode(String code) {
        String place = CountKeys.loginCode(prefix, ApiKey.digestOf(code));
        return within(CountReader.ANSWER_LIMIT, redis.write(to -> to.getdel(place)))
                .thenApply(content -> SessionRecord.read(content, code, keys, issuer)
                        .map(Session::key)
                        .map(Pass::of));
    }

    private static <T> CompletionStage<T> within(Duration limit, CompletionStage<T> stage) {
        return stage.toCompletableFuture()
                .orTimeout(limit.toMillis(), TimeUnit.MILLISECONDS)
                .exceptionally(failure -> {
                    if (failure instanceof TimeoutException) {
                        throw new RedisException("Redis took more than " + limit);
                    }
                    throw failure instanceof CompletionException wrapped ? wrapped : new CompletionException(failure);
                });
    }
}
