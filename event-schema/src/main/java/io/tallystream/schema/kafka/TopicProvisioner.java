package io.tallystream.schema.kafka;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.ArrayList;
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
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/**
 * Makes the topics that are missing, and refuses those that would make counts wrong where that cannot be mended without a loss. Safe
 * to run from many services at once.
 */
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
     * Makes missing topics, then checks all and changes settings of those whose changing loses nothing.
     *
     * @return what was changed, for people; mostly empty
     * @throws TopicMismatchException if an existing topic has other partitions or another kind of timestamp, forgets in another
     *     way, keeps events for longer than they may come, or has to be changed and may not be
     * @throws TimeoutException if Kafka did not answer in time
     */
    public List<String> ensure(Collection<TopicDefinition> definitions) throws InterruptedException, TimeoutException {
        create(definitions);
        List<String> faults = new ArrayList<>();
        List<TopicCheck> outdated = new ArrayList<>();
        Map<String, TopicDescription> topics = describe(definitions);
        Map<String, Config> configurations = configurations(definitions);
        for (TopicDefinition wanted : definitions) {
            TopicCheck check = new TopicCheck(wanted, topics.get(wanted.name()), configurations.get(wanted.name()));
            faults.addAll(check.faults());
            if (!check.outdated().isEmpty()) {
                outdated.add(check);
            }
        }
        if (faults.isEmpty()) {
            for (TopicCheck check : outdated) {
                mend(check).ifPresent(faults::add);
            }
        }
        if (!faults.isEmpty()) {
            throw new TopicMismatchException(String.join("; ", faults));
        }
        return outdated.stream()
                .map(check -> check.wanted().name() + " " + check.outdated())
                .toList();
    }

    /** Tells of a topic that may not be changed. */
    private Optional<String> mend(TopicCheck check) throws InterruptedException, TimeoutException {
        TopicDefinition wanted = check.wanted();
        List<AlterConfigOp> changes = check.outdated().stream()
                .map(name -> new AlterConfigOp(
                        new ConfigEntry(name, wanted.configuration().get(name)), AlterConfigOp.OpType.SET))
                .toList();
        ConfigResource topic = new ConfigResource(ConfigResource.Type.TOPIC, wanted.name());
        try {
            await(admin.incrementalAlterConfigs(Map.of(topic, changes)).all());
            return Optional.empty();
        } catch (ApiException e) {
            if (e instanceof RetriableException) {
                throw e;
            }
            return Optional.of(check.fault(check.outdated()) + " (" + e.getMessage() + ")");
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
