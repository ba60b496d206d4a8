package io.tallystream.processor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.Measurement;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Statistic;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.tallystream.runtime.config.Environment;
import io.tallystream.runtime.lifecycle.ServiceContext;
import io.tallystream.runtime.management.Health;
import io.tallystream.runtime.management.HealthChecks;
import java.time.Duration;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;

/** A processor with its surroundings: what it says of itself can be asked for. */
final class RunningProcessor implements AutoCloseable {
    static final Duration PATIENCE = Duration.ofSeconds(60);

    private final HealthChecks health = new HealthChecks();
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final Queue<Throwable> failures = new ConcurrentLinkedQueue<>();
    private final ProcessorApplication application;

    /** Starts it. */
    RunningProcessor(Map<String, String> variables) {
        application = new ProcessorApplication(
                new Environment(variables).read(ProcessorConfig::from),
                new ServiceContext(meters, health, failures::add));
        application.start();
    }

    RunningProcessor awaitUp() {
        await().atMost(PATIENCE).untilAsserted(() -> {
            assertThat(failures).isEmpty();
            assertThat(health()).isEqualTo(Health.up("RUNNING"));
        });
        return this;
    }

    Health health() {
        return health.results().get(application.name());
    }

    /** Of a gauge its value, of another meter its count. */
    double meter(String name, String... tags) {
        Meter meter = meters.get(name).tags(tags).meter();
        return StreamSupport.stream(meter.measure().spliterator(), false)
                .filter(measured ->
                        measured.getStatistic() == Statistic.VALUE || measured.getStatistic() == Statistic.COUNT)
                .mapToDouble(Measurement::getValue)
                .findFirst()
                .orElseThrow();
    }

    /** The names of all there are. */
    Set<String> meters() {
        return meters.getMeters().stream().map(meter -> meter.getId().getName()).collect(Collectors.toSet());
    }

    /** What it could not recover from, or null. */
    Throwable failure() {
        return failures.peek();
    }

    /** Stops it before the end of its block. */
    void stop() {
        application.close();
    }

    @Override
    public void close() {
        stop();
    }
}
