package io.tallystream.ingest.intake;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class EventIdsTest {
    @Test
    void shouldNeverGiveTheSameTwice() {
        Set<String> seen = new HashSet<>();
        for (int i = 0; i < 3; i++) {
            EventIds ids = new EventIds();
            for (int n = 0; n < 40_000; n++) {
                String id = new String(ids.next(), StandardCharsets.US_ASCII);
                assertThat(id).matches("[0-9a-z]{16}-[0-9a-z]{1,4}");
                assertThat(seen.add(id)).isTrue();
            }
        }
    }
}
