package io.tallystream.benchmarks.processor;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.tallystream.benchmarks.processor.dsl.DslTopology;
import io.tallystream.processor.ProcessorConfig;
import io.tallystream.processor.count.CommitGuard;
import io.tallystream.processor.count.CountMeters;
import io.tallystream.processor.count.CountingSettings;
import io.tallystream.processor.topology.CountTopology;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneId;
import java.util.HashMap;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse;

/** The program of a {@link ContenderProcess} that needs no Flink. Ends with its input. */
final class ContenderMain {
    private static final long LOOK_MS = 5;

    private ContenderMain() {}

    public static void main(String[] arguments) throws Exception {
        // Other threads would keep a process alive that does nothing.
        Thread.setDefaultUncaughtExceptionHandler((thread, failure) -> {
            failure.printStackTrace();
            Runtime.getRuntime().halt(1);
        });
        Contender contender = Contender.valueOf(arguments[0]);
        Run run = new Run(
                arguments[1],
                Path.of(arguments[2]),
                arguments[3],
                Integer.parseInt(arguments[4]),
                Integer.parseInt(arguments[5]),
                ZoneId.of(arguments[6]));
        Thread obedience = new Thread(ContenderMain::obey, "parent");
        obedience.setDaemon(true);
        obedience.start();
        if (contender == Contender.BOUND) {
            BareCount.start(run);
        } else {
            startStreams(contender, run);
        }
        System.out.println(ContenderProcess.RUNNING);
    }

    private static void startStreams(Contender contender, Run run) throws InterruptedException {
        ProcessorConfig config = run.config();
        Properties properties = new Properties();
        properties.putAll(new HashMap<>(config.streams()));
        properties.put(StreamsConfig.APPLICATION_ID_CONFIG, run.application());
        if (contender == Contender.DSL) {
            // It knows nothing of batches, and takes them for events that are not valid.
            properties.remove(StreamsConfig.mainConsumerPrefix(ConsumerConfig.INTERCEPTOR_CLASSES_CONFIG));
            properties.remove(StreamsConfig.BUFFERED_RECORDS_PER_PARTITION_CONFIG);
        }
        SimpleMeterRegistry registry = new SimpleMeterRegistry();
        CommitGuard guard = new CommitGuard();
        KafkaStreams streams = new KafkaStreams(
                topology(contender, config.counting(), guard, new CountMeters(registry)),
                new StreamsConfig(properties),
                guard.clients(registry.timer("commits")));
        streams.setUncaughtExceptionHandler(failure -> {
            failure.printStackTrace();
            Runtime.getRuntime().halt(1);
            return StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
        });
        streams.start();
        while (streams.state() != KafkaStreams.State.RUNNING) {
            TimeUnit.MILLISECONDS.sleep(LOOK_MS);
        }
        int threads = streams.metadataForLocalThreads().size();
        if (threads != run.threads()) {
            throw new IllegalStateException("there are %d threads, not %d".formatted(threads, run.threads()));
        }
    }

    private static Topology topology(
            Contender contender, CountingSettings counting, CommitGuard guard, CountMeters meters) {
        return switch (contender) {
            case DSL ->
                DslTopology.build(new DslTopology.Settings(
                        counting.zone(),
                        counting.allowedLateness(),
                        counting.allowedSkew(),
                        counting.eventsRetention(),
                        EventTopics.PARTITIONS));
            case ENGINE -> CountTopology.build(counting.withDeduplicationHorizon(Duration.ZERO), guard, meters);
            case ENGINE_DEDUPLICATING -> CountTopology.build(counting, guard, meters);
            case BOUND, FLINK_HEAP, FLINK_ROCKSDB, FLINK_SQL ->
                throw new IllegalArgumentException(contender + " is not a topology");
        };
    }

    private static void obey() {
        try {
            while (System.in.read() >= 0) {
                // There is nothing to be told but the end.
            }
        } catch (IOException e) {
            // As good as its end.
        }
        Runtime.getRuntime().halt(0);
    }
}
