package io.tallystream.processor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.tallystream.runtime.config.Environment;
import io.tallystream.runtime.lifecycle.ServiceContext;
import io.tallystream.runtime.management.Health;
import io.tallystream.runtime.management.HealthChecks;
import java.time.Duration;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/** A processor with its surroundings: what it says of itself can be asked for. */
final class RunningProcessor implements AutoCloseable {
    static final Duration PATIENCE = Duration.ofSeconds(30);

    private final HealthChecks health = new HealthChecks();
    private final Queue<Throwable> failures = new ConcurrentLinkedQueue<>();
    private final ProcessorApplication application;

    /** Starts it. */
    RunningProcessor(Map<String, String> variables) {
        application = new ProcessorApplication(
                new Environment(variables).read(ProcessorConfig::from),
                new ServiceContext(new SimpleMeterRegistry(), health, failures::add));
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

    /** What it could not recover from, or null. */
    Throwable failure() {
        return failures.peek();
    }

    @Override
    public void close() {
        application.close();
    }
}
