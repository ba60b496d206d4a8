package io.tallystream.benchmarks.processor;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.tallystream.benchmarks.processor.dsl.DslTopology;
import io.tallystream.processor.ProcessorConfig;
import io.tallystream.processor.count.CommitGuard;
import io.tallystream.processor.count.CountMeters;
import io.tallystream.processor.topology.CountTopology;
import io.tallystream.runtime.config.Environment;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.streams.CloseOptions;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.Topology;

/** Ways of counting, set up alike. */
enum Contender {
    /** The plain Kafka Streams DSL: one record for each dimension, grouped by key, counted in windows. */
    DSL,
    /** Ours, without a look at ids. */
    ENGINE,
    /** Ours, with deduplication of events that all have an id. */
    ENGINE_DEDUPLICATING;

    private static final long LOOK_MS = 5;

    /** Where one run of it lives. */
    record Run(String application, Path folder, String servers, int commitIntervalMs) {
        Map<String, String> variables() {
            return Map.of(
                    "KAFKA_BOOTSTRAP_SERVERS", servers,
                    "PARTITIONS", Integer.toString(EventTopics.PARTITIONS),
                    "DATA_DIR", folder.resolve(application).toString(),
                    "COMMIT_INTERVAL", Duration.ofMillis(commitIntervalMs).toString());
        }

        ProcessorConfig config() {
            return new Environment(variables()).read(ProcessorConfig::from);
        }
    }

    /** By their names in lower case. */
    static List<Contender> of(List<String> names) {
        return names.stream()
                .map(name -> valueOf(name.toUpperCase(Locale.ROOT)))
                .toList();
    }

    boolean needsIds() {
        return this == ENGINE_DEDUPLICATING;
    }

    /** Starts it and returns when it is running. */
    KafkaStreams start(Run run) throws InterruptedException {
        ProcessorConfig config = run.config();
        Properties properties = new Properties();
        properties.putAll(new HashMap<>(config.streams()));
        properties.put(StreamsConfig.APPLICATION_ID_CONFIG, run.application());
        SimpleMeterRegistry registry = new SimpleMeterRegistry();
        CommitGuard guard = new CommitGuard();
        CountMeters meters = new CountMeters(registry);
        KafkaStreams streams = new KafkaStreams(
                topology(config, guard, meters),
                new StreamsConfig(properties),
                guard.clients(registry.timer("commits")));
        streams.start();
        while (streams.state() != KafkaStreams.State.RUNNING) {
            if (streams.state() == KafkaStreams.State.ERROR) {
                throw new IllegalStateException(this + " failed");
            }
            TimeUnit.MILLISECONDS.sleep(LOOK_MS);
        }
        return streams;
    }

    static void stop(KafkaStreams streams) {
        streams.close(CloseOptions.timeout(Duration.ofSeconds(10))
                .withGroupMembershipOperation(CloseOptions.GroupMembershipOperation.LEAVE_GROUP));
    }

    private Topology topology(ProcessorConfig config, CommitGuard guard, CountMeters meters) {
        return switch (this) {
            case DSL ->
                DslTopology.build(new DslTopology.Settings(
                        config.counting().zone(),
                        config.counting().allowedLateness(),
                        config.counting().allowedSkew(),
                        config.counting().eventsRetention(),
                        EventTopics.PARTITIONS));
            case ENGINE ->
                CountTopology.build(config.counting().withDeduplicationHorizon(Duration.ZERO), guard, meters);
            case ENGINE_DEDUPLICATING -> CountTopology.build(config.counting(), guard, meters);
        };
    }
}
