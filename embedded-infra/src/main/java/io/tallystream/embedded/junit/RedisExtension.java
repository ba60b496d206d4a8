package io.tallystream.embedded.junit;

import io.tallystream.embedded.EmbeddedRedis;
import java.util.UUID;

/**
 * Resolves {@link EmbeddedRedis} parameters to the one Redis of this test JVM, on a port and with a password of its own.
 * Tests share its keys: each uses a prefix, or flushes and does not run in parallel.
 */
public final class RedisExtension extends ServerExtension<EmbeddedRedis> {

    /** For JUnit. */
    public RedisExtension() {
        super(
                EmbeddedRedis.class,
                folder -> EmbeddedRedis.start(
                        new EmbeddedRedis.Config(folder, 0, UUID.randomUUID().toString())));
    }
}
