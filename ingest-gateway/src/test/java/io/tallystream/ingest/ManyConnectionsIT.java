package io.tallystream.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.tallystream.embedded.EmbeddedKafka;
import io.tallystream.embedded.LoopbackPorts;
import io.tallystream.embedded.junit.WithKafka;
import java.io.IOException;
import java.net.ConnectException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Ten thousand connections: others do not notice, and when they are gone nothing is left of them. The gateway is a process
 * of its own, since both ends of so many may need more descriptors than one process has. Needs Linux.
 */
@WithKafka
@Timeout(600)
@Tag("long")
class ManyConnectionsIT {
    private static final int MANY = 10_000;
    // Some are always about to be replaced.
    private static final int CROWD = MANY + MANY / 10;
    private static final int TOO_MANY = 20;
    private static final int BATCH = 100;
    private static final Duration PATIENCE = Duration.ofSeconds(90);
    // Connections to Kafka come and go.
    private static final int OTHER_DESCRIPTORS = 50;
    private static final long MEMORY_SLACK = 32L * 1024 * 1024;
    private static final String CLICK = "{\"type\":\"click\",\"product_id\":\"p\"}";

    @TempDir
    private Path folder;

    private int port;
    private volatile boolean stopped;

    @BeforeEach
    void prepare(EmbeddedKafka kafka) throws Exception {
        try (EventTopics topics = new EventTopics(kafka.bootstrapServers())) {
            topics.make();
        }
        port = LoopbackPorts.anyFree();
    }

    @Test
    void shouldServeOthersBesideTenThousandThatNeverAsk(EmbeddedKafka kafka) throws Exception {
        try (GatewayProcess gateway = start(kafka, 2 * MANY);
                RawConnection regular = firstServed()) {
            int before = gateway.fileDescriptors();
            CompletableFuture<Integer> served = CompletableFuture.supplyAsync(() -> askUntilStopped(regular));
            try (Crowd crowd = new Crowd(port, CROWD)) {
                await().atMost(PATIENCE).until(() -> gateway.fileDescriptors() > before + MANY);
                long memory = gateway.residentBytes();

                await("each of them replaced").atMost(PATIENCE).untilAsserted(() -> {
                    assertThat(crowd.running()).isNotDone();
                    try (RawConnection another = new RawConnection(port)) {
                        assertThat(click(another)).isEqualTo(202);
                    }
                    assertThat(crowd.cutOff()).isGreaterThan(CROWD);
                });
                await().atMost(PATIENCE).until(() -> gateway.fileDescriptors() > before + MANY);
                assertThat(gateway.residentBytes() - memory).isLessThan(MEMORY_SLACK);

                crowd.stopComing();
                await().atMost(PATIENCE).until(() -> crowd.open() == 0);
                assertThat(crowd.answers()).containsExactly("HTTP/1.1 408");
            }
            await().atMost(PATIENCE).until(() -> gateway.fileDescriptors() < before + OTHER_DESCRIPTORS);
            assertThat(served).isNotDone();
            stopped = true;
            assertThat(served.get()).isPositive();
        }
    }

    @Test
    void shouldCloseWhoeverIsBeyondTenThousand(EmbeddedKafka kafka) throws Exception {
        List<RawConnection> admitted = new ArrayList<>();
        try (GatewayProcess gateway = start(kafka, MANY)) {
            admitted.add(firstServed());
            int before = gateway.fileDescriptors();
            try {
                while (admitted.size() < MANY) {
                    admitted.add(new RawConnection(port));
                    if (admitted.size() % BATCH == 0) {
                        assertServed(admitted.subList(admitted.size() - BATCH, admitted.size()));
                    }
                }
                for (int i = 0; i < TOO_MANY; i++) {
                    try (RawConnection tooMany = new RawConnection(port)) {
                        assertThatThrownBy(() -> askForNothing(tooMany).read()).isInstanceOf(IOException.class);
                    }
                }
                for (int from = 0; from < MANY; from += BATCH) {
                    assertServed(admitted.subList(from, from + BATCH));
                }
                assertThat(gateway.fileDescriptors()).isLessThan(before + MANY + OTHER_DESCRIPTORS);
            } finally {
                for (RawConnection connection : admitted) {
                    connection.close();
                }
            }
            await().atMost(PATIENCE).until(() -> gateway.fileDescriptors() < before + OTHER_DESCRIPTORS);
            firstServed().close();
        }
    }

    private GatewayProcess start(EmbeddedKafka kafka, int maxConnections) throws IOException {
        return GatewayProcess.start(
                kafka.bootstrapServers(),
                port,
                folder.resolve("gateway.log").toFile(),
                Map.of(
                        "MAX_CONNECTIONS",
                        Integer.toString(maxConnections),
                        // The whole heap from the start, so that what is resident shows what is not given back.
                        "JAVA_TOOL_OPTIONS",
                        "-Xms256m -XX:+AlwaysPreTouch"));
    }

    /** Waits until the gateway accepts events. */
    private RawConnection firstServed() {
        RawConnection first = await().atMost(PATIENCE)
                .ignoreException(ConnectException.class)
                .until(() -> new RawConnection(port), Objects::nonNull);
        await().atMost(PATIENCE).until(() -> click(first) == 202);
        return first;
    }

    private int askUntilStopped(RawConnection connection) {
        try {
            int served = 0;
            while (!stopped) {
                assertThat(click(connection)).isEqualTo(202);
                served++;
            }
            return served;
        } catch (IOException e) {
            throw new AssertionError("not served any more", e);
        }
    }

    private static int click(RawConnection connection) throws IOException {
        return ask(connection, CLICK).read().status();
    }

    /** Asks on all before it waits for an answer. */
    private static void assertServed(List<RawConnection> connections) throws IOException {
        for (RawConnection connection : connections) {
            askForNothing(connection);
        }
        for (RawConnection connection : connections) {
            assertThat(connection.read().status()).isEqualTo(422);
        }
    }

    /** Costs no round to Kafka. */
    private static RawConnection askForNothing(RawConnection connection) throws IOException {
        return ask(connection, "[]");
    }

    private static RawConnection ask(RawConnection connection, String body) throws IOException {
        return connection.sendHead(OneGateway.rawPost(body.length())).sendBody(body);
    }
}
