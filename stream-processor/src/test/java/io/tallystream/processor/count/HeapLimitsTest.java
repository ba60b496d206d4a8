package io.tallystream.processor.count;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HeapLimitsTest {
    @ParameterizedTest
    @CsvSource({
        // 4 partitions of 1 GiB, 12 of 512 MiB, all that one could have, next to nothing.
        "268435456, 55924, 50000",
        "44739242, 9320, 8473",
        "9223372036854775807, 100000, 50000",
        "1, 1000, 1000"
    })
    void shouldFollowTheHeapWithinBounds(long heapBytes, int keptUsers, int heldValues) {
        assertThat(HeapLimits.within(heapBytes)).isEqualTo(new HeapLimits(keptUsers, heldValues));
    }
}
