package io.tallystream.ingest;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallystream.runtime.lifecycle.StartupException;
import java.util.Map;
import org.junit.jupiter.api.Test;

class IngestApplicationTest {
    @Test
    void shouldTellTheOperatorWhichKafkaSettingsCannotBeUsed() {
        // Longer than the time in which a request is answered.
        Map<String, String> variables = Map.of("KAFKA_PRODUCER_REQUEST_TIMEOUT_MS", "60000");

        assertThatThrownBy(() -> Gateway.start("localhost:9092", variables))
                .isInstanceOf(StartupException.class)
                .hasMessageStartingWith("the Kafka settings cannot be used: ")
                .hasMessageContaining("delivery.timeout.ms");
    }

    @Test
    void shouldTellTheOperatorOfAnAddressThatIsNone() {
        assertThatThrownBy(() -> Gateway.start("nonsense", Map.of()))
                .isInstanceOf(StartupException.class)
                .hasMessageContaining("bootstrap.servers");
    }
}
