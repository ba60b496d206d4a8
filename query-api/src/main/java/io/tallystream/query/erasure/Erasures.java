package io.tallystream.query.erasure;

import static java.util.Objects.requireNonNull;

import io.lettuce.core.RedisException;
import io.tallystream.query.contract.Parameters;
import io.tallystream.query.contract.RefusedException;
import io.tallystream.query.store.CountReader;
import io.tallystream.schema.erasure.ErasureRequest;
import io.tallystream.schema.redis.CountKeys;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks for users to be erased. The request waits in Redis until a sink has it on Kafka, from where nothing is lost; who asks
 * waits for that. Each request is logged with the name of the key that it came with, and without the user. Thread-safe,
 * never blocks.
 */
public final class Erasures {
    private static final Logger LOGGER = LoggerFactory.getLogger(Erasures.class);
    // A sink looks twice a second where it has nothing to write.
    private static final Duration TAKEN_LIMIT = Duration.ofSeconds(5);
    private static final Duration LOOK_EVERY = Duration.ofMillis(50);

    private final CountReader redis;
    private final String prefix;
    private final Executor later =
            CompletableFuture.delayedExecutor(LOOK_EVERY.toMillis(), TimeUnit.MILLISECONDS, Runnable::run);

    /**
     * Leaves requests there.
     *
     * @param prefix of all keys
     */
    public Erasures(CountReader redis, String prefix) {
        this.redis = requireNonNull(redis, "redis");
        this.prefix = requireNonNull(prefix, "prefix");
    }

    /**
     * Has a user erased. Fails with a {@link RedisException} where it is not known whether that will happen, and with a
     * {@link RefusedException} where it will not, but for a race.
     *
     * @param by the name of the key
     */
    public CompletionStage<JsonObject> erase(Parameters parameters, String by) {
        ErasureRequest request = ErasureRequest.of(parameters.text("id"));
        LOGGER.info("erasure {}: asked for with key {}", request.id(), by);
        long deadline = System.nanoTime() + TAKEN_LIMIT.toNanos();
        return redis.write(commands -> commands.sadd(CountKeys.erasures(prefix), request.member()))
                .thenCompose(any -> taken(request, deadline))
                .thenCompose(taken -> taken ? CompletableFuture.completedFuture(answer(request)) : withdraw(request));
    }

    private CompletionStage<Boolean> taken(ErasureRequest request, long deadline) {
        return redis.read(commands -> commands.get(CountKeys.erasureTaken(prefix, request.id())))
                .thenCompose(answer -> answer != null || System.nanoTime() - deadline > 0
                        ? CompletableFuture.completedFuture(answer != null)
                        : CompletableFuture.supplyAsync(() -> taken(request, deadline), later)
                                .thenCompose(next -> next));
    }

    private static JsonObject answer(ErasureRequest request) {
        return new JsonObject().put("user_id", request.userId()).put("erasure", request.id());
    }

    private <T> CompletionStage<T> withdraw(ErasureRequest request) {
        return redis.write(commands -> commands.srem(CountKeys.erasures(prefix), request.member()))
                .thenApply(any -> {
                    LOGGER.warn("erasure {}: not taken over within {}", request.id(), TAKEN_LIMIT);
                    throw RefusedException.unavailable(
                            "not-erased", "no sink has taken the request over, so nothing is erased; try again");
                });
    }
}
