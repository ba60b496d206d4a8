package io.tallystream.benchmarks.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

class PaceTest {
    private static void pass(long nanos) {
        for (long until = System.nanoTime() + nanos; System.nanoTime() - until < 0; ) {
            LockSupport.parkNanos(until - System.nanoTime());
        }
    }

    @Test
    void shouldCountFromWhenARequestWasDue() throws Exception {
        AtomicInteger sent = new AtomicInteger();

        // 1 ms apart; the first holds all others up for 100 ms.
        Latencies latencies = Pace.run(1_000, 20, () -> {
            if (sent.getAndIncrement() == 0) {
                pass(100_000_000);
            }
            return CompletableFuture.completedFuture("answer");
        });

        assertThat(latencies.number()).isEqualTo(20);
        assertThat(latencies.millis(0.01)).isGreaterThanOrEqualTo(81);
        assertThat(latencies.millis(1)).isGreaterThanOrEqualTo(100);
    }

    @Test
    void shouldNotSendBeforeARequestIsDue() throws Exception {
        List<Long> early = new ArrayList<>();

        Pace.oneByOne(1_000, () -> early.size() < 20, due -> early.add(due - System.nanoTime()));

        assertThat(early).hasSize(20).allMatch(nanos -> nanos <= 0);
    }

    @Test
    void shouldFailWithARequest() {
        assertThatThrownBy(() -> Pace.run(
                        1_000, 1, () -> CompletableFuture.failedFuture(new IllegalArgumentException("a reason"))))
                .hasRootCauseMessage("a reason");
    }
}
