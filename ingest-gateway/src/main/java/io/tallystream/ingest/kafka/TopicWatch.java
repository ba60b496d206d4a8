package io.tallystream.ingest.kafka;

import static java.util.Objects.requireNonNull;

import io.tallystream.runtime.lifecycle.DaemonThreads;
import io.tallystream.runtime.management.Health;
import io.tallystream.schema.kafka.Topics;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Asks Kafka every other second for the topics that events go to, and so knows whether it can be reached. */
public final class TopicWatch implements AutoCloseable {
    private static final Logger LOGGER = LoggerFactory.getLogger(TopicWatch.class);
    private static final long FIRST_ROUNDS_MS = 100;
    private static final long ROUND_MS = 2_000;

    private final Admin admin;
    private final Runnable onFound;
    private final ScheduledExecutorService thread =
            Executors.newSingleThreadScheduledExecutor(new DaemonThreads("topic-watch"));
    private volatile Health health = Health.down("not asked yet");
    private boolean found;

    /**
     * @param settings of a Kafka admin client, with its time limits
     * @param onFound called on the watch's thread when the topics were seen for the first time, and again until it does not
     *     throw a {@link KafkaException}
     */
    public TopicWatch(Map<String, Object> settings, Runnable onFound) {
        this.admin = Admin.create(settings);
        this.onFound = requireNonNull(onFound, "onFound");
    }

    /** Begins to ask. */
    public void start() {
        schedule(0);
    }

    /** What the last answer said. */
    public Health health() {
        return health;
    }

    @Override
    public void close() {
        thread.shutdownNow();
        admin.close(Duration.ZERO);
    }

    // A round that throws would end the watch; none does.
    @SuppressWarnings("FutureReturnValueIgnored")
    private void schedule(long delayMs) {
        thread.schedule(this::round, delayMs, TimeUnit.MILLISECONDS);
    }

    /**
     * Asks each partition's leader for something that only a leader tells. Of a partition that is only just being made,
     * several batches that are on their way at once can be refused for good, where one would be sent again.
     */
    private void requireLeaders(Collection<TopicDescription> topics) throws ExecutionException, InterruptedException {
        Map<TopicPartition, OffsetSpec> partitions = new HashMap<>();
        for (TopicDescription topic : topics) {
            topic.partitions()
                    .forEach(partition -> partitions.put(
                            new TopicPartition(topic.name(), partition.partition()), OffsetSpec.latest()));
        }
        admin.listOffsets(partitions).all().get();
    }

    private void round() {
        Health before = health;
        try {
            Map<String, TopicDescription> topics =
                    admin.describeTopics(Topics.EVENTS).allTopicNames().get();
            if (!found) {
                requireLeaders(topics.values());
                onFound.run();
                found = true;
            }
            health = Health.up("reached");
        } catch (ExecutionException | KafkaException e) {
            health = Health.down(e instanceof ExecutionException ? e.getCause().toString() : e.toString());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return;
        }
        if (before.up() != health.up()) {
            LOGGER.info("Kafka: {}", health.detail());
        }
        if (!thread.isShutdown()) {
            schedule(found ? ROUND_MS : FIRST_ROUNDS_MS);
        }
    }
}
