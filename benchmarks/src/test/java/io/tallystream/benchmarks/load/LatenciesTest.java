package io.tallystream.benchmarks.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class LatenciesTest {
    @Test
    void shouldTellWhatThatPartTookAtMost() {
        // 200 ms down to 1 ms.
        Latencies latencies = Latencies.ofNanos(
                LongStream.rangeClosed(1, 200).map(i -> (201 - i) * 1_000_000).toArray());

        assertThat(latencies.number()).isEqualTo(200);
        assertThat(latencies.millis(0.50)).isEqualTo(100);
        assertThat(latencies.millis(0.99)).isEqualTo(198);
        assertThat(latencies.millis(1)).isEqualTo(200);
    }

    @Test
    void shouldNotLeaveOutTheSlowestOfFew() {
        Latencies latencies = Latencies.ofNanos(
                LongStream.rangeClosed(1, 10).map(i -> i * 1_000_000).toArray());

        assertThat(latencies.millis(0.90)).isEqualTo(9);
        assertThat(latencies.millis(0.91)).isEqualTo(10);
        assertThat(latencies.millis(0.99)).isEqualTo(10);
    }

    @Test
    void shouldTakeOne() {
        Latencies latencies = Latencies.ofNanos(new long[] {2_500_000});

        assertThat(latencies.millis(0.01)).isEqualTo(2.5);
        assertThat(latencies.millis(0.99)).isEqualTo(2.5);
    }

    @Test
    void shouldRefuseNone() {
        assertThatThrownBy(() -> Latencies.ofNanos(new long[0])).hasMessageContaining("nothing was timed");
    }
}
