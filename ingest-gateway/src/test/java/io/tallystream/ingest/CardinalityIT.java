package io.tallystream.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystream.embedded.EmbeddedKafka;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Nothing in the gateway grows with what events are about. With a broker of its own: other tests read all that is on theirs. */
@Timeout(240)
class CardinalityIT {
    private static final int BATCH = 8_000;
    private static final int BATCHES = 125;
    private static final long MEMORY_SLACK = 48L * 1024 * 1024;

    @TempDir
    private Path folder;

    @Test
    void shouldNotGrowWithAMillionEndpoints() throws Exception {
        try (EmbeddedKafka kafka = EmbeddedKafka.start(new EmbeddedKafka.Config(folder, 0))) {
            try (EventTopics topics = new EventTopics(kafka.bootstrapServers())) {
                topics.make();
            }
            try (Gateway gateway =
                    Gateway.start(kafka.bootstrapServers(), Map.of()).awaitUp()) {
                sendAMillion(gateway);
            }
        }
    }

    private static void sendAMillion(Gateway gateway) throws Exception {
        assertThat(send(gateway, -1)).isEqualTo(202);
        long memory = usedMemory();
        int meters = gateway.meters();

        for (int batch = 0; batch < BATCHES; batch++) {
            assertThat(send(gateway, batch)).isEqualTo(202);
        }

        assertThat(gateway.events("accepted")).isGreaterThanOrEqualTo(1_000_000);
        assertThat(gateway.meters()).isEqualTo(meters);
        assertThat(usedMemory() - memory).isLessThan(MEMORY_SLACK);
    }

    private static int send(Gateway gateway, int batch) throws Exception {
        String events = IntStream.range(0, BATCH)
                .mapToObj(i -> "{\"type\":\"api_call\",\"endpoint\":\"/%d/e%d\",\"status\":200,\"user_id\":\"u%d-%d\"}"
                        .formatted(batch, i, batch, i))
                .collect(Collectors.joining(",", "[", "]"));
        return gateway.post(events).statusCode();
    }

    private static long usedMemory() {
        System.gc();
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }
}
