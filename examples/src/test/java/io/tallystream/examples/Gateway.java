package io.tallystream.examples;

import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.tallystream.client.TallystreamClient;
import io.tallystream.ingest.IngestApplication;
import io.tallystream.ingest.IngestConfig;
import io.tallystream.runtime.config.Environment;
import io.tallystream.runtime.lifecycle.ServiceContext;
import io.tallystream.runtime.management.Health;
import io.tallystream.runtime.management.HealthChecks;
import java.net.URI;
import java.time.Duration;
import java.util.Map;

/** A real gateway. */
final class Gateway implements AutoCloseable {
    static final String KEY = "examples-test-key-0123456789";

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final IngestApplication application;

    Gateway(String bootstrapServers) throws InterruptedException {
        HealthChecks health = new HealthChecks();
        application = new IngestApplication(
                new Environment(Map.of(
                                "INGEST_PORT",
                                "0",
                                "INGEST_KEYS",
                                "test=" + KEY,
                                "KAFKA_BOOTSTRAP_SERVERS",
                                bootstrapServers))
                        .read(IngestConfig::from),
                new ServiceContext(new SimpleMeterRegistry(), health, failure -> {}));
        application.start();
        await().atMost(PATIENCE).until(() -> health.results().values().stream().allMatch(Health::up));
    }

    URI address() {
        return URI.create("http://127.0.0.1:" + application.port());
    }

    static TallystreamClient.Builder clientOf(URI address) {
        return TallystreamClient.to(address, KEY).closeLimit(PATIENCE);
    }

    @Override
    public void close() {
        application.close();
    }
}
