package io.tallystream.schema.kafka;

import static java.util.Objects.requireNonNull;
import static org.apache.kafka.common.config.TopicConfig.MESSAGE_TIMESTAMP_TYPE_CONFIG;
import static org.apache.kafka.common.config.TopicConfig.RETENTION_MS_CONFIG;
import static org.apache.kafka.common.config.TopicConfig.SEGMENT_MS_CONFIG;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/** Makes the topics that are missing and refuses those that would make counts wrong. Safe to run from many services at once. */
public final class TopicProvisioner {
    private static final long POLL_MILLIS = 20;

    private final Admin admin;
    private final Duration limit;

    /** Says which topics are not as they have to be, and how to mend each. */
    public static final class TopicMismatchException extends RuntimeException {
        private static final long serialVersionUID = 1;

        TopicMismatchException(String message) {
            super(message);
        }
    }

    /**
     * @param admin is not closed here
     * @param limit for each request to Kafka
     */
    public TopicProvisioner(Admin admin, Duration limit) {
        this.admin = requireNonNull(admin, "admin");
        this.limit = requireNonNull(limit, "limit");
    }

    /**
     * Makes missing topics, then checks all.
     *
     * @throws TopicMismatchException if an existing topic has other partitions or another kind of timestamp, or keeps events
     *     for longer than they may come
     * @throws TimeoutException if Kafka did not answer in time
     */
    public void ensure(Collection<TopicDefinition> definitions) throws InterruptedException, TimeoutException {
        create(definitions);
        List<String> faults = new ArrayList<>();
        Map<String, TopicDescription> topics = describe(definitions);
        Map<String, Config> configurations = configurations(definitions);
        for (TopicDefinition wanted : definitions) {
            partitionFault(wanted, topics.get(wanted.name())).ifPresent(faults::add);
            timestampFault(wanted, configurations.get(wanted.name())).ifPresent(faults::add);
            retentionFault(wanted, configurations.get(wanted.name())).ifPresent(faults::add);
        }
        if (!faults.isEmpty()) {
            throw new TopicMismatchException(String.join("; ", faults));
        }
    }

    private void create(Collection<TopicDefinition> definitions) throws InterruptedException, TimeoutException {
        Map<String, KafkaFuture<Void>> created = admin.createTopics(
                        definitions.stream().map(TopicDefinition::toNewTopic).toList())
                .values();
        for (KafkaFuture<Void> topic : created.values()) {
            try {
                await(topic);
            } catch (TopicExistsException e) {
                // Made before, or by another service just now; it is checked like any other.
            }
        }
    }

    private Map<String, TopicDescription> describe(Collection<TopicDefinition> definitions)
            throws InterruptedException, TimeoutException {
        return awaitKnown(() -> admin.describeTopics(
                        definitions.stream().map(TopicDefinition::name).toList())
                .allTopicNames());
    }

    private Map<String, Config> configurations(Collection<TopicDefinition> definitions)
            throws InterruptedException, TimeoutException {
        Map<ConfigResource, Config> byResource = awaitKnown(() -> admin.describeConfigs(definitions.stream()
                        .map(topic -> new ConfigResource(ConfigResource.Type.TOPIC, topic.name()))
                        .toList())
                .all());
        return byResource.entrySet().stream()
                .collect(Collectors.toMap(entry -> entry.getKey().name(), Map.Entry::getValue));
    }

    private static Optional<String> partitionFault(TopicDefinition wanted, TopicDescription actual) {
        int partitions = actual.partitions().size();
        return partitions == wanted.partitions()
                ? Optional.empty()
                : Optional.of(("topic %s has %d partitions and PARTITIONS is %d: set PARTITIONS=%d,"
                                + " since counts follow their partition and it cannot change")
                        .formatted(wanted.name(), partitions, wanted.partitions(), partitions));
    }

    private static Optional<String> timestampFault(TopicDefinition wanted, Config actual) {
        String type = wanted.configuration().get(MESSAGE_TIMESTAMP_TYPE_CONFIG);
        ConfigEntry entry = actual.get(MESSAGE_TIMESTAMP_TYPE_CONFIG);
        return type == null || type.equals(entry.value())
                ? Optional.empty()
                : Optional.of("topic %s has %s=%s and needs %s, mend it with: %s"
                        .formatted(
                                wanted.name(),
                                MESSAGE_TIMESTAMP_TYPE_CONFIG,
                                entry.value(),
                                type,
                                mending(wanted, MESSAGE_TIMESTAMP_TYPE_CONFIG)));
    }

    /** An event that is read after its windows have been closed would begin them anew. */
    private static Optional<String> retentionFault(TopicDefinition wanted, Config actual) {
        if (!wanted.configuration().containsKey(SEGMENT_MS_CONFIG)) {
            return Optional.empty();
        }
        long retention = Long.parseLong(actual.get(RETENTION_MS_CONFIG).value());
        long segment = Long.parseLong(actual.get(SEGMENT_MS_CONFIG).value());
        long longest = Long.parseLong(wanted.configuration().get(RETENTION_MS_CONFIG))
                + Long.parseLong(wanted.configuration().get(SEGMENT_MS_CONFIG));
        // Below zero: for ever.
        return retention >= 0 && segment <= longest - retention
                ? Optional.empty()
                : Optional.of(
                        ("topic %s has %s=%d and %s=%d, which together may be %d at most: raise EVENTS_RETENTION, or"
                                        + " mend it with: %s")
                                .formatted(
                                        wanted.name(),
                                        RETENTION_MS_CONFIG,
                                        retention,
                                        SEGMENT_MS_CONFIG,
                                        segment,
                                        longest,
                                        mending(wanted, RETENTION_MS_CONFIG, SEGMENT_MS_CONFIG)));
    }

    private static String mending(TopicDefinition wanted, String... names) {
        String settings = Arrays.stream(names)
                .map(name -> name + "=" + wanted.configuration().get(name))
                .collect(Collectors.joining(","));
        return "kafka-configs.sh --bootstrap-server ... --alter --entity-type topics --entity-name %s --add-config %s"
                .formatted(wanted.name(), settings);
    }

    /** Asks again where the broker has not heard yet of a topic that the controller has just made. */
    private <T> T awaitKnown(Supplier<KafkaFuture<T>> request) throws InterruptedException, TimeoutException {
        long deadline = System.nanoTime() + limit.toNanos();
        while (true) {
            try {
                return await(request.get());
            } catch (UnknownTopicOrPartitionException e) {
                if (System.nanoTime() - deadline > 0) {
                    throw e;
                }
                TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
            }
        }
    }

    private <T> T await(KafkaFuture<T> future) throws InterruptedException, TimeoutException {
        try {
            return future.get(limit.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof org.apache.kafka.common.errors.TimeoutException timeout) {
                TimeoutException late = new TimeoutException("Kafka did not answer in time: " + timeout.getMessage());
                late.initCause(timeout);
                throw late;
            }
            if (e.getCause() instanceof RuntimeException failure) {
                throw failure;
            }
            throw new IllegalStateException(e.getCause());
        }
    }
}
