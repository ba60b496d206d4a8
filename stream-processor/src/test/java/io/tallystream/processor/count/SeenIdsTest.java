package io.tallystream.processor.count;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystream.schema.event.EventView;
import io.tallystream.schema.event.Utf8Slice;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class SeenIdsTest {
    private static final long NOW = 1_795_166_131_250L;
    private static final long HORIZON = 600_000;
    private static final int MANY = 1_000_000;

    private final SeenIds seen = new SeenIds(HORIZON, MANY);

    @Test
    void shouldKnowAnIdUpToTheHorizon() {
        assertThat(seen.isDuplicate(id("a"), NOW)).isFalse();
        assertThat(seen.isDuplicate(id("b"), NOW)).isFalse();
        assertThat(seen.isDuplicate(id("a"), NOW)).isTrue();
        assertThat(seen.isDuplicate(id("a"), NOW + HORIZON)).isTrue();
        assertThat(seen.isDuplicate(id("b"), NOW + HORIZON + 1)).isFalse();
        assertThat(seen.isDuplicate(id("b"), NOW + HORIZON + 2)).isTrue();
    }

    @Test
    void shouldKnowAnIdOfAnOlderAppendToo() {
        seen.isDuplicate(id("a"), NOW);

        assertThat(seen.isDuplicate(id("a"), NOW - HORIZON)).isTrue();
    }

    @Test
    void shouldRememberAfterARestart() {
        List<byte[]> stored = new ArrayList<>();
        for (int i = 0; i < 5_000; i++) {
            seen.isDuplicate(id("id-" + i), NOW + i);
            if (i % 100 == 99) {
                stored.addAll(seen.takeAdded());
            }
        }
        SeenIds restored = new SeenIds(HORIZON, MANY);
        stored.forEach(restored::restore);

        assertThat(seen.takeAdded()).isEmpty();
        for (int i = 0; i < 5_000; i++) {
            assertThat(restored.isDuplicate(id("id-" + i), NOW + 5_000)).isTrue();
        }
        assertThat(restored.isDuplicate(id("id-5000"), NOW)).isFalse();
    }

    @Test
    void shouldGiveWhatItRemembersInPiecesThatKafkaTakes() {
        for (int i = 0; i < 100_000; i++) {
            seen.isDuplicate(id("id-" + i), NOW);
        }

        List<byte[]> pieces = seen.takeAdded();

        assertThat(pieces)
                .hasSizeGreaterThan(1)
                .allSatisfy(
                        piece -> assertThat(piece.length).isLessThan(1_000_000).isPositive());
        SeenIds restored = new SeenIds(HORIZON, MANY);
        pieces.forEach(restored::restore);
        assertThat(restored.isDuplicate(id("id-0"), NOW)).isTrue();
        assertThat(restored.isDuplicate(id("id-99999"), NOW)).isTrue();
    }

    @Test
    void shouldForgetWhatIsPastTheHorizon() {
        for (int i = 0; i < 200_000; i++) {
            assertThat(seen.isDuplicate(id("id-" + i), NOW + i * 60L)).isFalse();
            seen.takeAdded();
        }

        assertThat(seen.size()).isLessThan(40_000);
        assertThat(seen.isDuplicate(id("id-199000"), NOW + 200_000 * 60L)).isTrue();
    }

    @Test
    void shouldStayWithinItsBound() {
        SeenIds bounded = new SeenIds(HORIZON, 1_000);
        for (int i = 0; i < 100_000; i++) {
            bounded.isDuplicate(id("id-" + i), NOW + i);
        }

        assertThat(bounded.size()).isLessThan(10_000);
        assertThat(bounded.isDuplicate(id("id-99999"), NOW + 100_000)).isTrue();
    }

    private static Utf8Slice id(String text) {
        EventView view = new EventView();
        assertThat(view.read(("{\"type\":\"page_view\",\"page\":\"/\",\"id\":\"" + text + "\"}")
                        .getBytes(StandardCharsets.UTF_8)))
                .isNull();
        return view.id();
    }
}
