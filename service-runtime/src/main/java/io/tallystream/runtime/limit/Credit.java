package io.tallystream.runtime.limit;

import java.time.Duration;

/**
 * What became of asking a {@link TokenBucket}.
 *
 * @param granted whether what was asked for may be done
 * @param limit events per second, and at once after a second without any
 * @param remaining events that are left now
 * @param untilNext until there is one again; zero if there is one
 * @param untilFull until all are there again
 */
public record Credit(boolean granted, long limit, long remaining, Duration untilNext, Duration untilFull) {}
