package io.tallystream.processor;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.streams.errors.MissingSourceTopicException;
import org.apache.kafka.streams.errors.StreamsException;
import org.junit.jupiter.api.Test;

class ThreadFailuresTest {

    private final Throwable passing = new StreamsException(new TimeoutException("Kafka is slow"));

    // Clocks of this kind wrap around.
    private long now = Long.MAX_VALUE - 1;
    private final ThreadFailures failures = new ThreadFailures(3, Duration.ofMinutes(10), () -> now);

    @Test
    void shouldReplaceAFewThreads() {
        assertThat(failures.replacement(passing)).isEqualTo(1);
        assertThat(failures.replacement(passing)).isEqualTo(2);
        assertThat(failures.replacement(passing)).isEqualTo(3);
        assertThat(failures.replacement(passing)).isZero();
    }

    @Test
    void shouldForgetFailuresOfLongAgo() {
        failures.replacement(passing);
        after(Duration.ofMinutes(6));
        failures.replacement(passing);
        failures.replacement(passing);

        after(Duration.ofMinutes(4).minusNanos(1));
        assertThat(failures.replacement(passing)).as("the fourth in 10 minutes").isZero();
        after(Duration.ofNanos(1));
        assertThat(failures.replacement(passing))
                .as("the first is 10 minutes ago")
                .isEqualTo(3);
        assertThat(failures.replacement(passing)).isZero();
    }

    @Test
    void shouldNotReplaceWhatWouldFailAgain() {
        assertThat(failures.replacement(new StreamsException(new TopicAuthorizationException("counts-day"))))
                .isZero();
        assertThat(failures.replacement(new MissingSourceTopicException("api-calls")))
                .isZero();
        assertThat(failures.replacement(new StreamsException(new OutOfMemoryError())))
                .isZero();

        assertThat(failures.replacement(passing)).as("these were none").isEqualTo(1);
    }

    private void after(Duration time) {
        now += time.toNanos();
    }
}
