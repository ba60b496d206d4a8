package io.tallystream.processor;

import static java.util.Objects.requireNonNull;

import io.tallystream.processor.topology.CountTopology;
import io.tallystream.runtime.lifecycle.Service;
import io.tallystream.runtime.lifecycle.ServiceContext;
import io.tallystream.runtime.lifecycle.StartupException;
import io.tallystream.runtime.management.Health;
import io.tallystream.schema.kafka.TopicProvisioner;
import io.tallystream.schema.kafka.TopicProvisioner.TopicMismatchException;
import io.tallystream.schema.kafka.Topics;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.errors.InvalidReplicationFactorException;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.streams.CloseOptions;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The stream processor. Makes the topics when Kafka can be reached, then counts. */
public final class ProcessorApplication implements Service {
    private static final Logger LOGGER = LoggerFactory.getLogger(ProcessorApplication.class);
    private static final Duration REQUEST_LIMIT = Duration.ofSeconds(10);
    private static final long RETRY_SECONDS = 1;
    private static final Duration CLOSE_LIMIT = Duration.ofSeconds(10);

    private final ProcessorConfig config;
    private final ServiceContext context;
    private final Thread starter = new Thread(this::startStreams, "processor-start");
    private volatile boolean closing;
    private volatile KafkaStreams streams;
    private volatile Health beforeStreams = Health.down("waiting for Kafka");

    /** Not started. */
    public ProcessorApplication(ProcessorConfig config, ServiceContext context) {
        this.config = requireNonNull(config, "config");
        this.context = requireNonNull(context, "context");
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
        closing = true;
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
    }

    private Health health() {
        KafkaStreams running = streams;
        if (running == null) {
            return beforeStreams;
        }
        KafkaStreams.State state = running.state();
        if (state != KafkaStreams.State.RUNNING) {
            return Health.down(state.toString());
        }
        // Kafka Streams says that it is running without Kafka too.
        double silence = secondsSinceHeartbeat(running);
        return silence > config.sessionTimeout().toSeconds()
                ? Health.down("no heartbeat with Kafka for %.0f s".formatted(silence))
                : Health.up(state.toString());
    }

    /** Of the thread whose last is the longest ago; negative before the first. */
    private static double secondsSinceHeartbeat(KafkaStreams running) {
        return running.metrics().values().stream()
                .filter(metric -> metric.metricName().name().equals("last-heartbeat-seconds-ago"))
                .mapToDouble(metric -> ((Number) metric.metricValue()).doubleValue())
                .max()
                .orElse(-1);
    }

    private void startStreams() {
        try {
            provisionTopics();
            if (closing) {
                return;
            }
            KafkaStreams created =
                    new KafkaStreams(CountTopology.build(config.counting()), new StreamsConfig(config.streams()));
            created.setUncaughtExceptionHandler(failure -> {
                fail(failure);
                return StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
            });
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

    private void fail(Throwable failure) {
        if (closing) {
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
            while (!provisioned(provisioner)) {
                TimeUnit.SECONDS.sleep(RETRY_SECONDS);
            }
        } finally {
            // Without waiting for requests that nobody wants answered any more.
            admin.close(Duration.ZERO);
        }
    }

    private boolean provisioned(TopicProvisioner provisioner) throws InterruptedException {
        try {
            provisioner.ensure(Topics.definitions(config.topics()));
            return true;
        } catch (TimeoutException | RetriableException e) {
            Object servers = config.admin().get(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG);
            beforeStreams = Health.down("no answer from Kafka at " + servers);
            LOGGER.warn("no answer from Kafka at {}, trying again: {}", servers, e.getMessage());
            return false;
        }
    }
}
