package io.tallystream.sink.rebuild;

import io.lettuce.core.RedisException;
import io.tallystream.runtime.redis.RedisServers;
import io.tallystream.schema.redis.CountKeys;
import io.tallystream.sink.redis.AppliedPositions;
import io.tallystream.sink.redis.CountChanges;
import io.tallystream.sink.redis.CountPipeline;
import io.tallystream.sink.redis.CountPlacement;
import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import org.apache.kafka.common.TopicPartition;

/** Writes counts of one generation as the sink does, and at the end how far it has come. For one thread. */
final class GenerationWriter {
    private static final Duration REPLY_LIMIT = Duration.ofSeconds(30);

    private final RedisServers servers;
    private final CountKeys keys;
    private final CountPipeline pipeline;
    private final AppliedPositions positions;

    /**
     * Begins a generation that has nothing yet.
     *
     * @throws RedisException if Redis does not answer
     */
    GenerationWriter(
            RedisServers servers, CountKeys keys, CountPlacement placement, Collection<TopicPartition> partitions) {
        this.servers = servers;
        this.keys = keys;
        pipeline = new CountPipeline(placement, REPLY_LIMIT);
        positions = new AppliedPositions(servers, keys);
        // From now on each server has something to lose.
        positions.read(partitions);
    }

    /**
     * Takes away what is erased and writes the rest but for what has expired. Returns when Redis has confirmed all.
     *
     * @throws RedisException if it has not
     */
    void write(CountChanges changes) {
        pipeline.write(servers, keys, changes);
    }

    /**
     * Notes, on every server, from which offsets on a sink has to go on.
     *
     * @throws RebuildException if a server has lost what was written to it
     * @throws RedisException if Redis does not answer
     */
    void writePositions(Map<TopicPartition, Long> offsets) {
        if (!positions.advance(offsets)) {
            throw new RebuildException("Redis has lost meanwhile what was written to it; run it again");
        }
    }
}
