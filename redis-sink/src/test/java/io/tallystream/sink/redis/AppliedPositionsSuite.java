package io.tallystream.sink.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.tallystream.schema.count.CountAddress;
import io.tallystream.schema.count.Dimension;
import io.tallystream.schema.count.Metric;
import io.tallystream.schema.redis.CountKeys;
import io.tallystream.sink.TestRedis;
import io.tallystream.sink.redis.RedisCounts.Outcome;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How every kind of Redis keeps, and tells, how far counts have been written. */
abstract class AppliedPositionsSuite extends RedisCountsSetup {
    private static final TopicPartition PARTITION = new TopicPartition("counts-day", 0);

    AppliedPositionsSuite(TestRedis redis) {
        super(redis);
    }

    @Test
    void shouldNotLetAStaleWriterLowerACount() {
        CountAddress address = new CountAddress(Metric.CALLS, minuteWindow(), Dimension.STATUS, "200");
        Map<TopicPartition, Long> early = Map.of(PARTITION, 5L);
        Map<TopicPartition, Long> late = Map.of(PARTITION, 9L);
        try (RedisCounts stale = counts(Clock.systemUTC())) {
            stale.applied(List.of(PARTITION));
            assertThat(stale.write(new CountChanges(Map.of(address, 3L)), early))
                    .isEqualTo(Outcome.CONFIRMED);

            counts.applied(List.of(PARTITION));
            assertThat(counts.write(new CountChanges(Map.of(address, 10L)), late))
                    .isEqualTo(Outcome.CONFIRMED);

            assertThat(stale.write(new CountChanges(Map.of(address, 4L)), Map.of(PARTITION, 6L)))
                    .as("it learns that it is not alone")
                    .isEqualTo(Outcome.LOST);
            assertThat(scores(keys.key(address))).isEqualTo(Map.of("200", 10.0));
            assertThat(positions()).containsOnly("9");
        }
    }

    @Test
    void shouldKeepPositionsBehindTheCounts() {
        CountAddress address = new CountAddress(Metric.CLICKS, LIFETIME, Dimension.USER, "u1");

        assertThat(counts.applied(List.of(PARTITION))).isEqualTo(Map.of(PARTITION, 0L));
        assertThat(counts.write(new CountChanges(Map.of(address, 1L)), Map.of(PARTITION, 7L)))
                .isEqualTo(Outcome.CONFIRMED);
        assertThat(positions()).hasSameSizeAs(redis.masters()).containsOnly("7");
        assertThat(positionKeys())
                .allSatisfy(key -> assertThat(redis.holding(key).ttl(key)).isEqualTo(-1));

        counts.disconnect();
        assertThat(counts.applied(List.of(PARTITION))).isEqualTo(Map.of(PARTITION, 7L));
        assertThat(counts.write(new CountChanges(Map.of()), Map.of(PARTITION, 7L)))
                .isEqualTo(Outcome.CONFIRMED);
        assertThat(counts.write(new CountChanges(Map.of()), Map.of(PARTITION, 5L)))
                .as("back, as after a rewind")
                .isEqualTo(Outcome.CONFIRMED);
        assertThat(positions()).containsOnly("5");
    }

    @ParameterizedTest
    @ValueSource(longs = {7, 8})
    void shouldNoticeThatCountsAreGone(long next) {
        CountAddress address = new CountAddress(Metric.CLICKS, LIFETIME, Dimension.USER, "u1");
        counts.applied(List.of(PARTITION));
        assertThat(counts.write(new CountChanges(Map.of(address, 1L)), Map.of(PARTITION, 7L)))
                .isEqualTo(Outcome.CONFIRMED);

        keysWritten().forEach(key -> redis.holding(key).del(key));

        assertThat(counts.write(new CountChanges(Map.of(address, 2L)), Map.of(PARTITION, next)))
                .isEqualTo(Outcome.LOST);
        assertThat(positionKeys()).isEmpty();
        assertThat(counts.applied(List.of(PARTITION))).isEqualTo(Map.of(PARTITION, 0L));
        assertThat(counts.write(new CountChanges(Map.of(address, 2L)), Map.of(PARTITION, next)))
                .isEqualTo(Outcome.CONFIRMED);
    }

    @Test
    void shouldNoticeThatCountsAreGoneBeforeTheFirstPosition() {
        counts.applied(List.of(PARTITION));

        // Of one server, where there are several.
        String key = positionKeys().get(0);
        redis.holding(key).del(key);

        assertThat(counts.write(new CountChanges(Map.of()), Map.of(PARTITION, 7L)))
                .isEqualTo(Outcome.LOST);
        assertThat(positions()).hasSize(redis.masters().size() - 1).allMatch("0"::equals);
    }

    @Test
    void shouldLeaveNothingInAGenerationThatIsReadNoMore() {
        CountAddress address = new CountAddress(Metric.CLICKS, LIFETIME, Dimension.USER, "u1");
        CountAddress other = new CountAddress(Metric.CALLS, minuteWindow(), Dimension.STATUS, "200");
        counts.applied(List.of(PARTITION));
        assertThat(counts.write(new CountChanges(Map.of(address, 1L)), Map.of(PARTITION, 7L)))
                .isEqualTo(Outcome.CONFIRMED);
        String generation = CountKeys.liveGeneration(prefix);
        redis.holding(generation).set(generation, "2");
        keysWritten().stream()
                .filter(key -> !key.equals(generation))
                .forEach(key -> redis.holding(key).del(key));

        Map<CountAddress, Long> next = Map.of(address, 2L, other, 3L);
        assertThat(counts.write(new CountChanges(next), Map.of(PARTITION, 9L))).isEqualTo(Outcome.OTHER_GENERATION);

        assertThat(keysWritten()).containsExactly(generation);
        assertThat(counts.applied(List.of(PARTITION))).isEqualTo(Map.of(PARTITION, 0L));
        assertThat(counts.write(new CountChanges(next), Map.of(PARTITION, 9L))).isEqualTo(Outcome.CONFIRMED);
        CountKeys second = keys.ofGeneration(2);
        assertThat(scores(second.key(address))).isEqualTo(Map.of("u1", 2.0));
        assertThat(scores(second.key(other))).isEqualTo(Map.of("200", 3.0));
    }

    @Test
    void shouldRefuseAPositionThatIsNone() {
        counts.applied(List.of(PARTITION));
        String key = positionKeys().get(0);
        redis.holding(key).set(key, "no number");

        assertThatExceptionOfType(RedisFault.class)
                .isThrownBy(() -> counts.applied(List.of(PARTITION)))
                .withMessageContaining(key)
                .matches(RedisFault::permanent);
    }

    private List<String> positionKeys() {
        return keysWritten().stream()
                .filter(key -> key.startsWith(prefix + ":1:applied:"))
                .toList();
    }

    private List<String> positions() {
        return positionKeys().stream().map(key -> redis.holding(key).get(key)).toList();
    }
}
