package io.tallystream.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Nothing in the gateway grows with what events are about. */
class CardinalityIT extends OneGateway {
    private static final int BATCH = 8_000;
    private static final int BATCHES = 125;
    private static final long MEMORY_SLACK = 48L * 1024 * 1024;

    @Test
    void shouldNotGrowWithAMillionEndpoints() throws Exception {
        assertThat(send(-1)).isEqualTo(202);
        long memory = usedMemory();
        int meters = gateway.meters();

        for (int batch = 0; batch < BATCHES; batch++) {
            assertThat(send(batch)).isEqualTo(202);
        }

        assertThat(gateway.events("accepted")).isGreaterThanOrEqualTo(1_000_000);
        assertThat(gateway.meters()).isEqualTo(meters);
        assertThat(usedMemory() - memory).isLessThan(MEMORY_SLACK);
    }

    private int send(int batch) throws Exception {
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
