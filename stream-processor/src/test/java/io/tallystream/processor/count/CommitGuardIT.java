package io.tallystream.processor.count;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.tallystream.embedded.EmbeddedKafka;
import io.tallystream.embedded.junit.WithKafka;
import io.tallystream.processor.count.CommitGuard.UndrainedException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.CloseOptions;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.TestInputTopic;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse;
import org.apache.kafka.streams.processor.api.ContextualProcessor;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.StoreBuilder;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What would happen under a Kafka Streams that does not tell the buffer of its commits. */
@WithKafka
@Timeout(240)
class CommitGuardIT {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String TOPIC = "guarded";
    private static final TopicPartition PARTITION = new TopicPartition(TOPIC, 0);

    private final CommitGuard guard = new CommitGuard();
    private final AtomicLong drained = new AtomicLong();
    private final EmbeddedKafka kafka;
    private final String group = "guarded-" + UUID.randomUUID();

    @TempDir
    private Path folder;

    private final AtomicReference<Throwable> failure = new AtomicReference<>();
    private Admin admin;
    private KafkaStreams streams;

    CommitGuardIT(EmbeddedKafka kafka) {
        this.kafka = kafka;
    }

    @BeforeEach
    void makeTopic() throws Exception {
        admin = Admin.create(Map.of("bootstrap.servers", kafka.bootstrapServers()));
        admin.createTopics(List.of(new NewTopic(TOPIC, 1, (short) 1))).all().get();
    }

    @AfterEach
    void forget() throws Exception {
        if (streams != null) {
            streams.close(CloseOptions.timeout(PATIENCE)
                    .withGroupMembershipOperation(CloseOptions.GroupMembershipOperation.LEAVE_GROUP));
        }
        admin.deleteTopics(List.of(TOPIC)).all().get();
        await().atMost(PATIENCE).until(() -> !admin.listTopics().names().get().contains(TOPIC));
        admin.close();
    }

    /** As Kafka Streams calls it: not at a commit. */
    private static final class Deaf extends CommitBuffer {
        Deaf(String name, CommitGuard guard) {
            super(name, guard);
        }

        @Override
        public void flushCache() {}
    }

    @Test
    void shouldCommitWhatIsDrained() throws Exception {
        Timer commits = new SimpleMeterRegistry().timer("commits");
        start(new CommitBuffer("buffer", guard), commits);

        write();

        await().atMost(PATIENCE).until(() -> committed() == 1);
        assertThat(drained).hasValue(1);
        await().atMost(PATIENCE).until(() -> commits.count() == 1);
        assertThat(commits.totalTime(TimeUnit.NANOSECONDS)).isPositive();
        assertThat(failure).hasNullValue();
    }

    @Test
    void shouldRefuseTheFirstCommitWithoutADrain() throws Exception {
        start(new Deaf("buffer", guard), new SimpleMeterRegistry().timer("commits"));

        write();

        await().atMost(PATIENCE).until(() -> streams.state() == KafkaStreams.State.ERROR);
        assertThat(failure.get()).hasRootCauseInstanceOf(UndrainedException.class);
        assertThat(failure.get()).rootCause().hasMessageContaining("buffer").hasMessageContaining("guarded-0");
        assertThat(committed()).as("left to a processor that is whole").isZero();
    }

    /** The test driver has no transactions; what it does call is the store's commit. */
    @Test
    void shouldTellOfACommitThatItCouldNotRefuse() {
        TopologyTestDriver driver = new TopologyTestDriver(topology(new Deaf("buffer", guard)), settings());
        TestInputTopic<byte[], byte[]> input =
                driver.createInputTopic(TOPIC, new ByteArraySerializer(), new ByteArraySerializer());

        assertThatExceptionOfType(RuntimeException.class)
                .isThrownBy(() -> input.pipeInput(new byte[] {1}))
                .havingRootCause()
                .isInstanceOf(UndrainedException.class);
        assertThatExceptionOfType(UndrainedException.class).isThrownBy(() -> guard.check(Set.of(PARTITION)));
        assertThatCode(() -> guard.check(Set.of(new TopicPartition(TOPIC, 1))))
                .as("what is not behind that heap")
                .doesNotThrowAnyException();
        assertThatExceptionOfType(RuntimeException.class)
                .isThrownBy(driver::close)
                .havingRootCause()
                .isInstanceOf(UndrainedException.class);
    }

    private Topology topology(CommitBuffer buffer) {
        return new Topology()
                .addSource("source", TOPIC)
                .addProcessor("count", Counting::new, "source")
                .addStateStore(new Once(CommitBuffer.builder("buffer", guard), buffer), "count");
    }

    private final class Counting extends ContextualProcessor<byte[], byte[], Void, Void> {
        private long count;

        @Override
        public void process(Record<byte[], byte[]> record) {
            CommitBuffer buffer = context().getStateStore("buffer");
            buffer.connect(context(), new CommitBuffer.Heap() {
                @Override
                public void drain() {
                    drained.addAndGet(count);
                    count = 0;
                }

                @Override
                public void clear() {
                    count = 0;
                }
            });
            buffer.fill();
            count++;
        }
    }

    /** Builds the buffer it is given. */
    private record Once(StoreBuilder<CommitBuffer> like, CommitBuffer buffer) implements StoreBuilder<CommitBuffer> {
        @Override
        public CommitBuffer build() {
            return buffer;
        }

        @Override
        public StoreBuilder<CommitBuffer> withCachingEnabled() {
            return this;
        }

        @Override
        public StoreBuilder<CommitBuffer> withCachingDisabled() {
            return this;
        }

        @Override
        public StoreBuilder<CommitBuffer> withLoggingEnabled(Map<String, String> config) {
            return this;
        }

        @Override
        public StoreBuilder<CommitBuffer> withLoggingDisabled() {
            return this;
        }

        @Override
        public Map<String, String> logConfig() {
            return like.logConfig();
        }

        @Override
        public boolean loggingEnabled() {
            return like.loggingEnabled();
        }

        @Override
        public String name() {
            return like.name();
        }
    }

    private void start(CommitBuffer buffer, Timer commits) {
        streams = new KafkaStreams(topology(buffer), new StreamsConfig(settings()), guard.clients(commits));
        streams.setUncaughtExceptionHandler(thrown -> {
            failure.set(thrown);
            return StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
        });
        streams.start();
    }

    private Properties settings() {
        Properties settings = new Properties();
        settings.putAll(Map.of(
                StreamsConfig.APPLICATION_ID_CONFIG,
                group,
                StreamsConfig.BOOTSTRAP_SERVERS_CONFIG,
                kafka.bootstrapServers(),
                StreamsConfig.PROCESSING_GUARANTEE_CONFIG,
                StreamsConfig.EXACTLY_ONCE_V2,
                StreamsConfig.STATE_DIR_CONFIG,
                folder.toString(),
                StreamsConfig.COMMIT_INTERVAL_MS_CONFIG,
                50,
                StreamsConfig.DEFAULT_KEY_SERDE_CLASS_CONFIG,
                Serdes.ByteArraySerde.class,
                StreamsConfig.DEFAULT_VALUE_SERDE_CLASS_CONFIG,
                Serdes.ByteArraySerde.class));
        return settings;
    }

    private void write() throws Exception {
        try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", kafka.bootstrapServers()),
                new ByteArraySerializer(),
                new ByteArraySerializer())) {
            producer.send(new ProducerRecord<>(TOPIC, "event".getBytes(UTF_8))).get();
        }
    }

    private long committed() throws Exception {
        var offset = admin.listConsumerGroupOffsets(group)
                .partitionsToOffsetAndMetadata()
                .get()
                .get(PARTITION);
        return offset == null ? 0 : offset.offset();
    }
}
