package io.tallystream.schema.count;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.tallystream.schema.event.Event;
import org.junit.jupiter.api.Test;

class LatencyBucketsTest {
    @Test
    void shouldHaveEachDurationInOneBucketThatIsNear() {
        for (long millis = 0; millis <= Event.MAX_DURATION_MS; millis += 1 + millis / 1_000) {
            int bucket = LatencyBuckets.indexOf(millis);

            assertThat(millis).isBetween(LatencyBuckets.lowerBound(bucket), LatencyBuckets.upperBound(bucket));
            double middle = (LatencyBuckets.lowerBound(bucket) + LatencyBuckets.upperBound(bucket)) / 2.0;
            assertThat(middle).isCloseTo((double) millis, within(0.05 * millis));
        }
    }

    @Test
    void shouldFollowOnOneAnotherUpToTheLongestDuration() {
        for (int bucket = 1; bucket < LatencyBuckets.count(); bucket++) {
            assertThat(LatencyBuckets.lowerBound(bucket)).isEqualTo(LatencyBuckets.upperBound(bucket - 1) + 1);
            assertThat(LatencyBuckets.upperBound(bucket)).isGreaterThanOrEqualTo(LatencyBuckets.lowerBound(bucket));
        }
        assertThat(LatencyBuckets.upperBound(LatencyBuckets.count() - 1)).isEqualTo(Event.MAX_DURATION_MS);
        assertThat(LatencyBuckets.count()).isLessThan(256);
    }
}
