package io.tallystream.schema.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystream.schema.redis.Freshness.Score;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class FreshnessTest {
    @Test
    void shouldBeThatOfThePartitionFurthestBehind() {
        Map<String, Long> scores = Map.of(
                Score.COMPLETE.member("counts-day", 0),
                5_000L,
                Score.COMPLETE.member("counts-day", 1),
                4_000L,
                Score.NEWEST.member("counts-day", 0),
                4_500L,
                Score.NEWEST.member("counts-day", 1),
                3_900L,
                Score.LAG.member("counts-day", 0),
                0L,
                Score.LAG.member("counts-day", 1),
                7L,
                "of a newer version",
                1L);

        assertThat(Freshness.of(scores))
                .contains(new Freshness(Instant.ofEpochMilli(4_000), Optional.of(Instant.ofEpochMilli(4_500)), 7L, 2));
    }

    @Test
    void shouldBeUnknownWhereNobodyHasWritten() {
        assertThat(Freshness.of(Map.of())).isEmpty();
        assertThat(Freshness.of(Map.of(Score.COMPLETE.member("counts-day", 0), 1L)))
                .contains(new Freshness(Instant.ofEpochMilli(1), Optional.empty(), 0, 1));
    }

    /** As after Redis lost it, while the sink that writes the other one is away. */
    @Test
    void shouldBeUnknownUntilAllPartitionsHaveTold() {
        Map<String, Long> one = Map.of(Score.COMPLETE.member("counts-day", 0), 1L, Freshness.PARTITIONS, 2L);
        Map<String, Long> both = new HashMap<>(one);
        both.put(Score.COMPLETE.member("counts-day", 1), 1L);

        assertThat(Freshness.of(one)).isEmpty();
        assertThat(Freshness.of(both)).isPresent();
    }
}
