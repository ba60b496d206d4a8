package io.tallystream.sink;

import static java.util.Objects.requireNonNull;

import io.tallystream.runtime.lifecycle.Service;
import io.tallystream.runtime.lifecycle.ServiceContext;
import io.tallystream.runtime.lifecycle.StartupException;
import io.tallystream.runtime.redis.RedisConnector;
import io.tallystream.schema.count.WindowCalendar;
import io.tallystream.schema.redis.CountKeys;
import io.tallystream.sink.redis.CountPipeline;
import io.tallystream.sink.redis.EvictingRedisException;
import io.tallystream.sink.redis.RedisCounts;
import java.time.Clock;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The Redis sink. */
public final class SinkApplication implements Service {
    private static final Logger LOGGER = LoggerFactory.getLogger(SinkApplication.class);
    private static final Duration REDIS_LIMIT = Duration.ofSeconds(5);
    private static final Duration CLOSE_LIMIT = Duration.ofSeconds(10);

    private final SinkConfig config;
    private final ServiceContext context;
    private RedisCounts counts;
    private SinkMeters meters;
    private SinkLoop loop;
    private Thread thread;

    /** Not started. */
    public SinkApplication(SinkConfig config, ServiceContext context) {
        this.config = requireNonNull(config, "config");
        this.context = requireNonNull(context, "context");
    }

    @Override
    public String name() {
        return "redis-sink";
    }

    @Override
    public void start() {
        try {
            counts = new RedisCounts(
                    new RedisConnector(
                            config.redisUri(),
                            new RedisConnector.Limits(REDIS_LIMIT, CountPipeline.MAX_COMMANDS_UNDER_WAY)),
                    new CountKeys(config.redisKeyPrefix(), CountKeys.FIRST_GENERATION),
                    config.retention(),
                    new WindowCalendar(config.zone()),
                    Clock.systemUTC(),
                    config.allowEviction());
        } catch (IllegalArgumentException e) {
            throw new StartupException("REDIS_URI " + e.getMessage(), e);
        }
        meters = new SinkMeters(context.meters(), counts, Clock.systemUTC());
        loop = new SinkLoop(
                config.consumer(),
                new PartitionEnds(config.admin(), Clock.systemUTC()),
                new AcknowledgedSends(config.producer()),
                counts,
                meters);
        context.health().add("redis-sink", loop::health);
        thread = new Thread(this::run, "redis-sink");
        thread.start();
    }

    @Override
    public void close() {
        if (thread != null) {
            loop.stop();
            try {
                thread.join(CLOSE_LIMIT.toMillis());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            if (thread.isAlive()) {
                LOGGER.warn("the sink did not stop within {}", CLOSE_LIMIT);
            }
        }
        if (counts != null) {
            counts.close();
        }
        if (meters != null) {
            meters.close();
        }
    }

    private void run() {
        try {
            loop.run();
        } catch (EvictingRedisException e) {
            context.onFailure().accept(new StartupException(e.getMessage(), e));
        } catch (RuntimeException | Error e) {
            context.onFailure().accept(e);
        }
    }
}
