package io.tallystream.processor;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.tallystream.runtime.management.MeterSet;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;
import org.apache.kafka.common.MetricName;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.TaskMetadata;
import org.apache.kafka.streams.ThreadMetadata;

/**
 * What operators see of the machinery around the counting, most of it asked of Kafka Streams when it is looked at.
 * Thread-safe.
 */
final class ProcessorMeters implements AutoCloseable {
    private static final Set<String> STATE_BYTES = Set.of("total-sst-files-size", "size-all-mem-tables");

    private final MeterSet meters;
    private final Timer commits;
    private final Counter replacements;

    /** Registers what is there before Kafka Streams is. */
    ProcessorMeters(MeterRegistry registry, Restoration restoration) {
        meters = new MeterSet(registry);
        commits = meters.add(Timer.builder("tallystream.processor.commits")
                .description("Transactions, from the handing over of their offsets until Kafka has committed them")
                .register(meters.registry()));
        replacements = meters.add(Counter.builder("tallystream.processor.thread.replacements")
                .description("Threads that failed and were replaced")
                .register(meters.registry()));
        meters.add(FunctionCounter.builder("tallystream.processor.restored", restoration, Restoration::restored)
                .description("Records of changelogs that the state was restored from")
                .register(meters.registry()));
        meters.add(Gauge.builder("tallystream.processor.restoring", restoration, Restoration::remaining)
                .description("Records of changelogs that are still to be restored")
                .register(meters.registry()));
        meters.add(FunctionCounter.builder("tallystream.processor.copied", restoration, Restoration::copied)
                .description("Records of changelogs that were read into copies of the state of others")
                .register(meters.registry()));
        meters.add(Gauge.builder("tallystream.processor.copying", restoration, Restoration::notCopied)
                .description("Records of changelogs that these copies are behind")
                .register(meters.registry()));
    }

    /** Registers what is asked of it; to be called once. */
    void observe(KafkaStreams streams) {
        gauge(
                "tallystream.processor.lag",
                "Records behind the end of the partition that is furthest behind",
                () -> lag(streams).orElse(0));
        gauge(
                "tallystream.processor.threads",
                "Threads that are alive",
                () -> values(streams, name -> name.name().equals("alive-stream-threads"))
                        .sum());
        gauge(
                "tallystream.processor.state.bytes",
                "Size of the state on disk and in its write buffers, estimated",
                () -> values(streams, name -> STATE_BYTES.contains(name.name())).sum());
        tasks(streams, "active", ThreadMetadata::activeTasks);
        tasks(streams, "standby", ThreadMetadata::standbyTasks);
    }

    private void tasks(KafkaStreams streams, String kind, Function<ThreadMetadata, Set<TaskMetadata>> tasks) {
        meters.add(Gauge.builder(
                        "tallystream.processor.tasks",
                        () -> streams.metadataForLocalThreads().stream()
                                .mapToInt(thread -> tasks.apply(thread).size())
                                .sum())
                .description("Parts of the work that are done here, and copies of the state of others")
                .tag("kind", kind)
                .register(meters.registry()));
    }

    /** Times transactions. */
    Timer commits() {
        return commits;
    }

    /** A thread has been replaced. */
    void addReplacement() {
        replacements.increment();
    }

    /** Takes them out of the registry. */
    @Override
    public void close() {
        meters.close();
    }

    private void gauge(String name, String description, Supplier<Number> value) {
        meters.add(Gauge.builder(name, value).description(description).register(meters.registry()));
    }

    /** Only of threads that live: Kafka Streams keeps the metrics of the others, as they were. */
    private static OptionalDouble lag(KafkaStreams streams) {
        Set<String> clients = streams.metadataForLocalThreads().stream()
                .map(ThreadMetadata::consumerClientId)
                .collect(Collectors.toSet());
        return values(
                        streams,
                        name -> name.name().equals("records-lag")
                                && clients.contains(name.tags().get("client-id")))
                .max();
    }

    private static DoubleStream values(KafkaStreams streams, Predicate<MetricName> wanted) {
        return streams.metrics().entrySet().stream()
                .filter(metric -> wanted.test(metric.getKey()))
                .mapToDouble(metric -> ((Number) metric.getValue().metricValue()).doubleValue())
                .filter(Double::isFinite);
    }
}
