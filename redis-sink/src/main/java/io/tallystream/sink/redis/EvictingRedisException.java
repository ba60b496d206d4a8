package io.tallystream.sink.redis;

/** A Redis may evict keys, and with them counts, when its memory is full. Says how to mend that. */
public final class EvictingRedisException extends RuntimeException {
    private static final long serialVersionUID = 1;

    EvictingRedisException(String policy) {
        super(("Redis evicts keys when its memory is full (maxmemory-policy is %s), and counts would be lost unnoticed:"
                        + " set it to noeviction (redis-cli CONFIG SET maxmemory-policy noeviction, and in redis.conf),"
                        + " or set REDIS_ALLOW_EVICTION=true to run nevertheless")
                .formatted(policy));
    }
}
