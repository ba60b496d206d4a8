package io.tallystream.schema.redis;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
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

    @Test
    void shouldTellGenerationsApart() {
        assertThat(CountKeys.liveGeneration("tally")).isEqualTo("tally:generation");
        assertThat(CountKeys.generationOf("tally", "tally:12:day:2026-11-20:total"))
                .hasValue(12);
        assertThat(CountKeys.generationOf("tally", "tally:2:applied:counts-day:0"))
                .hasValue(2);
        assertThat(CountKeys.generationOf("tally", CountKeys.liveGeneration("tally")))
                .isEmpty();
        assertThat(CountKeys.generationOf("tally", CountKeys.rebuild("tally"))).isEmpty();
        assertThat(CountKeys.generationOf("tally", "tallyman:1:day:2026-11-20:total"))
                .isEmpty();
        assertThat(CountKeys.generationOf("tally", "tally:99999999999:x")).isEmpty();
        assertThat(new CountKeys("tally", 1).ofGeneration(3).generation()).isEqualTo(3);
        assertThat(CountKeys.pattern("a*[b]")).isEqualTo("a\\*\\[b\\]:*");
    }

    @Test
    void shouldNameWhatIsKeptOfSessionsAndIsOfNoGeneration() {
        String session = CountKeys.session("tally", "0a1b");
        String sessions = CountKeys.sessionsOf("tally", "analyst");
        String code = CountKeys.loginCode("tally", "0a1b");

        assertThat(session).isEqualTo("tally:session:0a1b");
        assertThat(sessions).isEqualTo("tally:sessions:analyst");
        assertThat(code).isEqualTo("tally:login:0a1b");
        assertThat(List.of(session, sessions, code)).allSatisfy(key -> {
            assertThat(CountKeys.generationOf("tally", key)).isEmpty();
            assertThat(new CountKeys("tally", 1).parse(key)).isEmpty();
        });
    }
}
