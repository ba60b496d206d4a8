package io.tallystream.query.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.tallystream.schema.count.LatencyBuckets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PercentilesTest {
    @Test
    void shouldHaveNoneOfNothing() {
        Percentiles percentiles = new Percentiles(countsOf());

        assertThat(percentiles.total()).isZero();
        assertThat(percentiles.of(0.99)).isNull();
    }

    @Test
    void shouldBeExactForSingleMilliseconds() {
        Percentiles percentiles = new Percentiles(countsOf(1, 2, 3, 4, 5, 6, 7, 8, 9, 10));

        assertThat(percentiles.total()).isEqualTo(10);
        assertThat(percentiles.of(0.50)).isEqualTo(5.0);
        assertThat(percentiles.of(0.90)).isEqualTo(9.0);
        assertThat(percentiles.of(0.95)).isEqualTo(10.0);
        assertThat(percentiles.of(0.99)).isEqualTo(10.0);
    }

    @Test
    void shouldBeThatOfTheOnlyCall() {
        assertThat(new Percentiles(countsOf(0)).of(0.5)).isEqualTo(0.0);
        assertThat(new Percentiles(countsOf(86_400_000)).of(0.01)).isCloseTo(86_400_000, within(0.05 * 86_400_000));
    }

    @ParameterizedTest
    @ValueSource(doubles = {0.5, 0.9, 0.95, 0.99})
    void shouldBeAtMostFivePercentOff(double part) {
        Random random = new Random(4711);
        for (int round = 0; round < 200; round++) {
            long[] durations = random.doubles(1 + random.nextInt(500))
                    .mapToLong(uniform -> (long) Math.exp(uniform * Math.log(86_400_000)))
                    .sorted()
                    .toArray();
            long exact = durations[(int) Math.ceil(part * durations.length) - 1];

            assertThat(new Percentiles(countsOf(durations)).of(part)).isCloseTo((double) exact, within(0.05 * exact));
        }
    }

    private static List<Long> countsOf(long... durations) {
        List<Long> counts = new ArrayList<>(Collections.nCopies(LatencyBuckets.count(), 0L));
        Arrays.stream(durations)
                .mapToInt(LatencyBuckets::indexOf)
                .forEach(bucket -> counts.set(bucket, counts.get(bucket) + 1));
        return counts;
    }
}
