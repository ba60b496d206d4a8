package io.tallystream.runtime.limit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TokenBucketTest {
    // A clock may show anything, and pass from the largest long to the smallest.
    private final AtomicLong nanos =
            new AtomicLong(Long.MAX_VALUE - Duration.ofMillis(500).toNanos());

    @Test
    void shouldGrantASecondsWorthAtOnceAndThenAsTimePasses() {
        TokenBucket bucket = bucket(10);
        for (int i = 9; i >= 0; i--) {
            Credit credit = bucket.take(1);
            assertThat(credit.granted()).isTrue();
            assertThat(credit.remaining()).isEqualTo(i);
            assertThat(credit.limit()).isEqualTo(10);
        }

        Credit refused = bucket.take(1);
        assertThat(refused.granted()).isFalse();
        assertThat(refused.untilNext()).isEqualTo(Duration.ofMillis(100));
        assertThat(refused.untilFull()).isEqualTo(Duration.ofSeconds(1));

        pass(Duration.ofMillis(99));
        assertThat(bucket.take(1).granted()).isFalse();
        pass(Duration.ofMillis(1));
        assertThat(bucket.take(1).granted()).isTrue();
        assertThat(bucket.take(1).granted()).isFalse();
    }

    @Test
    void shouldSaveNoMoreThanASecond() {
        TokenBucket bucket = bucket(10);

        pass(Duration.ofDays(300));

        int granted = 0;
        while (bucket.take(1).granted()) {
            granted++;
        }
        assertThat(granted).isEqualTo(10);
    }

    @Test
    void shouldChargeABatchThatIsLargerThanItselfToTheTimeToCome() {
        TokenBucket bucket = bucket(100);

        assertThat(bucket.take(1_000).granted()).isTrue();

        assertThat(bucket.take(1).untilNext()).isEqualTo(Duration.ofMillis(9_010));
        pass(Duration.ofMillis(9_009));
        assertThat(bucket.take(1).granted()).isFalse();
        pass(Duration.ofMillis(1));
        assertThat(bucket.take(1_000).granted()).isTrue();
    }

    @Test
    void shouldKeepTheAverageWhateverIsAskedFor() {
        TokenBucket bucket = bucket(1_000);
        long granted = 0;
        for (int millis = 0; millis < 60_000; millis++) {
            if (bucket.take(7).granted()) {
                granted += 7;
            }
            pass(Duration.ofMillis(1));
        }

        assertThat(granted).isBetween(59_000L, 61_010L);
    }

    @Test
    void shouldChargeNothingForAskingAndForBeingRefused() {
        TokenBucket bucket = bucket(1);
        for (int i = 0; i < 5; i++) {
            assertThat(bucket.take(0).granted()).isTrue();
        }
        assertThat(bucket.take(1).granted()).isTrue();
        for (int i = 0; i < 5; i++) {
            assertThat(bucket.take(0).granted()).isFalse();
            assertThat(bucket.take(100).granted()).isFalse();
        }

        pass(Duration.ofSeconds(1));
        assertThat(bucket.take(1).granted()).isTrue();
    }

    @Test
    void shouldGrantNoneTwiceToThreadsAtOnce() throws InterruptedException {
        TokenBucket bucket = bucket(10_000);
        AtomicLong granted = new AtomicLong();
        Thread[] threads = new Thread[4];
        for (int i = 0; i < threads.length; i++) {
            threads[i] = new Thread(() -> {
                for (int j = 0; j < 10_000; j++) {
                    if (bucket.take(1).granted()) {
                        granted.incrementAndGet();
                    }
                }
            });
            threads[i].start();
        }
        for (Thread thread : threads) {
            thread.join();
        }

        assertThat(granted).hasValue(10_000);
    }

    @ParameterizedTest
    @ValueSource(longs = {-1, 0, 10_000_001})
    void shouldRefuseRatesThatItCannotKeep(long perSecond) {
        assertThatThrownBy(() -> new TokenBucket(perSecond)).isInstanceOf(IllegalArgumentException.class);
    }

    private TokenBucket bucket(long perSecond) {
        return new TokenBucket(perSecond, nanos::get);
    }

    private void pass(Duration time) {
        nanos.addAndGet(time.toNanos());
    }
}
