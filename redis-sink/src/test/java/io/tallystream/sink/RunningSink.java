package io.tallystream.sink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.tallystream.runtime.config.Environment;
import io.tallystream.runtime.lifecycle.ServiceContext;
import io.tallystream.runtime.management.Health;
import io.tallystream.runtime.management.HealthChecks;
import java.time.Duration;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/** A sink with its surroundings: what it says of itself can be asked for. */
final class RunningSink implements AutoCloseable {
    static final Duration PATIENCE = Duration.ofSeconds(60);

    private final MeterRegistry meters = new SimpleMeterRegistry();
    private final HealthChecks health = new HealthChecks();
    private final Queue<Throwable> failures = new ConcurrentLinkedQueue<>();
    private final SinkApplication application;

    /** Starts it. */
    RunningSink(Map<String, String> variables) {
        application = new SinkApplication(
                new Environment(variables).read(SinkConfig::from), new ServiceContext(meters, health, failures::add));
        application.start();
    }

    RunningSink awaitUp() {
        await().atMost(PATIENCE).untilAsserted(() -> {
            assertThat(failures).isEmpty();
            assertThat(health()).isEqualTo(Health.up("Redis confirms"));
        });
        return this;
    }

    void awaitDown(String detail) {
        await().atMost(PATIENCE).untilAsserted(() -> {
            assertThat(health().up()).isFalse();
            assertThat(health().detail()).contains(detail);
        });
    }

    Health health() {
        return health.results().get(application.name());
    }

    double meter(String name) {
        Meter meter = meters.get(name).meter();
        return meter instanceof FunctionCounter counted ? counted.count() : ((Counter) meter).count();
    }

    /** How often it had to try again for that reason. */
    double retries(String reason) {
        Counter counter =
                meters.find("tallystream.sink.retries").tag("reason", reason).counter();
        return counter == null ? 0 : counter.count();
    }

    long batches() {
        return meters.get("tallystream.sink.batches").timer().count();
    }

    double gauge(String name) {
        return meters.get(name).gauge().value();
    }

    Throwable awaitFailure() {
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(failures).isNotEmpty());
        return failures.peek();
    }

    /** What it could not recover from, or null. */
    Throwable failure() {
        return failures.peek();
    }

    @Override
    public void close() {
        application.close();
    }
}
