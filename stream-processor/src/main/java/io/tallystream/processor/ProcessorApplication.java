package io.tallystream.processor;

import static java.util.Objects.requireNonNull;

import io.tallystream.processor.count.CommitGuard;
import io.tallystream.processor.count.CountMeters;
import io.tallystream.processor.topology.CountTopology;
import io.tallystream.runtime.lifecycle.Service;
import io.tallystream.runtime.lifecycle.ServiceContext;
import io.tallystream.runtime.lifecycle.StartupException;
import io.tallystream.runtime.management.Health;
import io.tallystream.schema.kafka.GroupSilence;
import io.tallystream.schema.kafka.TopicProvisioner;
import io.tallystream.schema.kafka.TopicProvisioner.TopicMismatchException;
import io.tallystream.schema.kafka.Topics;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.errors.InvalidReplicationFactorException;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.streams.CloseOptions;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.ThreadMetadata;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The stream processor. Makes the topics when Kafka can be reached, then counts. */
public final class ProcessorApplication implements Service {
    private static final Logger LOGGER = LoggerFactory.getLogger(ProcessorApplication.class);
    private static final Duration REQUEST_LIMIT = Duration.ofSeconds(10);
    private static final long RETRY_SECONDS = 1;
    private static final Duration CLOSE_LIMIT = Duration.ofSeconds(10);

    private static final int REPLACED_THREADS = 3;
    private static final Duration REPLACED_WITHIN = Duration.ofMinutes(10);
    private static final long REPLACED_AFTER_SECONDS = 1;
    private static final String INTERNAL_TOPIC = ProcessorConfig.APPLICATION_ID + "-";

    private final ProcessorConfig config;
    private final ServiceContext context;
    private final Thread starter = new Thread(this::startStreams, "processor-start");
    private final CountDownLatch closing = new CountDownLatch(1);
    private final ThreadFailures failures = new ThreadFailures(REPLACED_THREADS, REPLACED_WITHIN, System::nanoTime);
    private final Restoration restoration = new Restoration();
    private final ProcessorMeters meters;
    private final CountMeters countMeters;
    private volatile KafkaStreams streams;
    private volatile Health beforeStreams = Health.down("waiting for Kafka");

    /** Not started. */
    public ProcessorApplication(ProcessorConfig config, ServiceContext context) {
        this.config = requireNonNull(config, "config");
        this.context = requireNonNull(context, "context");
        meters = new ProcessorMeters(context.meters(), restoration);
        countMeters = new CountMeters(context.meters());
    }

    @Override
    public String name() {
        return "stream-processor";
    }

    @Override
    public void start() {
        context.health().add("stream-processor", this::health);
        starter.start();
    }

    @Override
    public void close() {
        closing.countDown();
        starter.interrupt();
        try {
            starter.join(CLOSE_LIMIT.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        KafkaStreams running = streams;
        if (running != null) {
            boolean closed = running.close(CloseOptions.timeout(CLOSE_LIMIT)
                    .withGroupMembershipOperation(CloseOptions.GroupMembershipOperation.LEAVE_GROUP));
            if (!closed) {
                LOGGER.warn("Kafka Streams did not close within {}", CLOSE_LIMIT);
            }
        }
        meters.close();
        countMeters.close();
    }

    private boolean isClosing() {
        return closing.getCount() == 0;
    }

    private Health health() {
        KafkaStreams running = streams;
        if (running == null) {
            return beforeStreams;
        }
        KafkaStreams.State state = running.state();
        long restoring = restoration.remaining();
        if (state != KafkaStreams.State.RUNNING || restoring > 0) {
            return Health.down(
                    restoring > 0 ? "%s, %d records to restore".formatted(state, restoring) : state.toString());
        }
        // Kafka Streams says that it is running without Kafka too.
        Duration silence = silence(running);
        return silence.compareTo(config.sessionTimeout()) > 0
                ? Health.down("no heartbeat with Kafka for %d s".formatted(silence.toSeconds()))
                : Health.up(state.toString());
    }

    /** Of the thread that has been without Kafka for longest. */
    private static Duration silence(KafkaStreams running) {
        // Of a thread that was replaced the metrics stay, as they were.
        Set<String> living = running.metadataForLocalThreads().stream()
                .map(ThreadMetadata::consumerClientId)
                .collect(Collectors.toSet());
        return GroupSilence.longest(running.metrics().values().stream()
                .filter(metric -> living.contains(GroupSilence.client(metric)))
                .toList());
    }

    private void startStreams() {
        try {
            provisionTopics();
            if (isClosing()) {
                return;
            }
            CommitGuard guard = new CommitGuard();
            KafkaStreams created = new KafkaStreams(
                    CountTopology.build(config.counting(), guard, countMeters),
                    streamsConfig(),
                    guard.clients(meters.commits()));
            created.setUncaughtExceptionHandler(this::failed);
            created.setGlobalStateRestoreListener(restoration);
            created.setStandbyUpdateListener(restoration);
            meters.observe(created);
            streams = created;
            created.start();
        } catch (InterruptedException e) {
            // By close(), which waits for this thread's end.
            LOGGER.debug("closed before Kafka was ready");
        } catch (TopicMismatchException e) {
            fail(new StartupException(e.getMessage(), e));
        } catch (InvalidReplicationFactorException e) {
            fail(new StartupException(
                    "REPLICATION_FACTOR cannot be %d: %s"
                            .formatted(config.topics().replicationFactor(), e.getMessage()),
                    e));
        } catch (RuntimeException | Error e) {
            fail(e);
        }
    }

    private StreamsConfig streamsConfig() {
        try {
            return new StreamsConfig(config.streams());
        } catch (ConfigException | IllegalArgumentException e) {
            throw new StartupException("KAFKA_STREAMS_ and KAFKA_CLIENT_ settings: " + e.getMessage(), e);
        }
    }

    /** Called by the thread that ends. */
    private StreamThreadExceptionResponse failed(Throwable failure) {
        int replacement = isClosing() ? 0 : failures.replacement(failure);
        if (replacement > 0 && isWorthWaiting(replacement, failure)) {
            meters.addReplacement();
            return StreamThreadExceptionResponse.REPLACE_THREAD;
        }
        fail(failure);
        return StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
    }

    /** Whether the time in which things may have got better has passed, rather than this been closed. */
    private boolean isWorthWaiting(int replacement, Throwable failure) {
        long seconds = replacement * REPLACED_AFTER_SECONDS;
        LOGGER.warn(
                "a thread failed, another takes its place in {} s ({} of {} within {})",
                seconds,
                replacement,
                REPLACED_THREADS,
                REPLACED_WITHIN,
                failure);
        try {
            return !closing.await(seconds, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private void fail(Throwable failure) {
        if (isClosing()) {
            // Kafka Streams and its clients do not take an interrupt well.
            LOGGER.debug("failed while closing", failure);
        } else {
            context.onFailure().accept(failure);
        }
    }

    private void provisionTopics() throws InterruptedException {
        Admin admin = Admin.create(config.admin());
        try {
            TopicProvisioner provisioner = new TopicProvisioner(admin, REQUEST_LIMIT);
            while (!provisioned(admin, provisioner)) {
                TimeUnit.SECONDS.sleep(RETRY_SECONDS);
            }
        } finally {
            // Without waiting for requests that nobody wants answered any more.
            admin.close(Duration.ZERO);
        }
    }

    private boolean provisioned(Admin admin, TopicProvisioner provisioner) throws InterruptedException {
        try {
            List<String> changed = provisioner.ensure(Topics.definitions(config.topics()));
            if (!changed.isEmpty()) {
                LOGGER.info("changed settings of topics that were made otherwise: {}", changed);
            }
            refuseOtherInternalTopics(admin);
            return true;
        } catch (TimeoutException | RetriableException e) {
            Object servers = config.admin().get(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG);
            beforeStreams = Health.down("no answer from Kafka at " + servers);
            LOGGER.warn("no answer from Kafka at {}, trying again: {}", servers, e.getMessage());
            return false;
        }
    }

    /** Kafka Streams would say so too, again and again, and with a tool that loses all counts as the remedy. */
    private void refuseOtherInternalTopics(Admin admin) throws InterruptedException, TimeoutException {
        try {
            Set<String> names = admin.listTopics().names().get(REQUEST_LIMIT.toMillis(), TimeUnit.MILLISECONDS).stream()
                    .filter(name -> name.startsWith(INTERNAL_TOPIC))
                    .collect(Collectors.toSet());
            admin
                    .describeTopics(names)
                    .allTopicNames()
                    .get(REQUEST_LIMIT.toMillis(), TimeUnit.MILLISECONDS)
                    .values()
                    .stream()
                    .filter(topic ->
                            topic.partitions().size() != config.topics().partitions())
                    .findAny()
                    .ifPresent(this::refuse);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException failure) {
                throw failure;
            }
            throw new IllegalStateException(e.getCause());
        }
    }

    private void refuse(TopicDescription topic) {
        throw new StartupException(("topic %s has %d partitions and PARTITIONS is %d: the state in it follows its"
                        + " partition. Set PARTITIONS as it was; docs/operations.md, Changing what is fixed, has the other way")
                .formatted(
                        topic.name(), topic.partitions().size(), config.topics().partitions()));
    }
}
