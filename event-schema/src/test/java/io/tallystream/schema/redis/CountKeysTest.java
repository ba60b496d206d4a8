package io.tallystream.schema.redis;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CountKeysTest {
    private final CountKeys keys = new CountKeys("team:tally", 2);

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "tally:2:day:2026-11-20:total",
                "team:tally:1:day:2026-11-20:total",
                "team:tally:2:day:2026-11-20",
                "team:tally:2:something else",
                "team:tally:2:applied:counts-day:0",
                "team:tally:2:applied:{7}:counts-day:0",
            })
    void shouldNotTakeAnotherKeyForItsOwn(String key) {
        assertThat(keys.parse(key)).isEmpty();
    }

    @Test
    void shouldSayWhereAppliedPositionsAre() {
        assertThat(keys.applied("", "counts-day", 3)).isEqualTo("team:tally:2:applied:counts-day:3");
        assertThat(keys.applied("{7}", "counts-day", 3)).isEqualTo("team:tally:2:applied:{7}:counts-day:3");
    }
}
