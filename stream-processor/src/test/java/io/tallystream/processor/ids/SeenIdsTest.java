package io.tallystream.processor.ids;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallystream.schema.event.EventView;
import io.tallystream.schema.event.Utf8Slice;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SeenIdsTest {
    private static final long NOW = 1_795_166_131_250L;
    private static final long HORIZON = 600_000;
    private static final long DISORDER = 60_000;
    private static final IdLimits ROOMY = IdLimits.within(64L * 1024 * 1024);
    // Tables of 44 ids, so that seals and merges go on all the time.
    private static final IdLimits TINY = new IdLimits(64, Long.MAX_VALUE);

    @TempDir
    private Path folder;

    private final EventView view = new EventView();
    private final List<SeenIds> opened = new ArrayList<>();

    @AfterEach
    void clear() {
        opened.forEach(SeenIds::clear);
    }

    @Test
    void shouldKnowAnIdUpToTheHorizon() {
        SeenIds seen = seenIds(ROOMY);
        assertThat(seen.isDuplicate(id("a"), NOW)).isFalse();
        assertThat(seen.isDuplicate(id("b"), NOW)).isFalse();
        assertThat(seen.isDuplicate(id("a"), NOW)).isTrue();
        assertThat(seen.isDuplicate(id("a"), NOW + HORIZON)).isTrue();
        assertThat(seen.isDuplicate(id("b"), NOW + HORIZON + 1)).isFalse();
        assertThat(seen.isDuplicate(id("b"), NOW + HORIZON + 2)).isTrue();
    }

    @Test
    void shouldKnowAnIdOfAnOlderAppendToo() {
        SeenIds seen = seenIds(ROOMY);
        seen.isDuplicate(id("a"), NOW);

        assertThat(seen.isDuplicate(id("a"), NOW - HORIZON)).isTrue();
        assertThat(seen.isDuplicate(id("a"), NOW - HORIZON - 1)).isFalse();
    }

    @Test
    void shouldKnowEachAppendOfAnId() {
        SeenIds seen = seenIds(ROOMY);
        seen.isDuplicate(id("a"), NOW);
        seen.isDuplicate(id("a"), NOW - HORIZON - 1);

        assertThat(seen.isDuplicate(id("a"), NOW + HORIZON)).isTrue();
        assertThat(seen.isDuplicate(id("a"), NOW - 2 * HORIZON - 1)).isTrue();
    }

    @Test
    void shouldKnowAnIdUpToTheHorizonInAFile() {
        SeenIds seen = seenIds(TINY);
        seen.isDuplicate(id("early"), NOW - HORIZON - 1);
        seen.isDuplicate(id("late"), NOW);
        fill(seen, "x", 200, NOW);
        awaitRuns(seen);

        assertThat(seen.isDuplicate(id("late"), NOW + HORIZON)).isTrue();
        assertThat(seen.isDuplicate(id("late"), NOW - HORIZON)).isTrue();
        assertThat(seen.isDuplicate(id("early"), NOW)).isFalse();
        assertThat(seen.isDuplicate(id("late"), NOW + HORIZON + 1)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void shouldSayWhatAPlainMapWouldSay(int seed) {
        SplittableRandom random = new SplittableRandom(seed);
        SeenIds seen = seenIds(TINY);
        Map<Integer, List<Long>> oracle = new HashMap<>();
        Deque<byte[]> stored = new ArrayDeque<>();
        Deque<Long> storedAt = new ArrayDeque<>();
        int duplicates = 0;
        for (int i = 0; i < 150_000; i++) {
            long now = NOW + i * 100L;
            int id = random.nextInt(20_000);
            long append = random.nextInt(4) == 0 ? now - random.nextLong(DISORDER) : now;
            List<Long> appends = oracle.computeIfAbsent(id, any -> new ArrayList<>());
            boolean known = appends.stream().anyMatch(other -> Math.abs(other - append) <= HORIZON);
            assertThat(seen.isDuplicate(id("id-" + id), append)).isEqualTo(known);
            if (known) {
                duplicates++;
            } else {
                appends.add(append);
            }
            if (i % 97 == 0) {
                for (byte[] piece : seen.takeAdded()) {
                    stored.add(piece);
                    storedAt.add(seen.clock());
                }
                while (!storedAt.isEmpty() && storedAt.getFirst() < seen.forgottenBefore()) {
                    stored.removeFirst();
                    storedAt.removeFirst();
                }
            }
            if (i % 9_700 == 0 && i % (2 * 9_700) != 0) {
                // What is past both horizon and disorder is not stored any more, and cannot matter any more.
                seen.clear();
                stored.forEach(seen::restore);
            } else if (i == 100_000) {
                seen.clear();
                oracle.clear();
                stored.clear();
                storedAt.clear();
            }
        }
        assertThat(duplicates).isGreaterThan(10_000);
        assertThat(seen.runs()).isPositive();
        assertThat(seen.forgottenEarly()).isZero();
    }

    @Test
    void shouldRememberAfterARestart() {
        SeenIds seen = seenIds(TINY);
        List<byte[]> stored = new ArrayList<>();
        for (int i = 0; i < 5_000; i++) {
            seen.isDuplicate(id("id-" + i), NOW + i);
            if (i % 100 == 99) {
                stored.addAll(seen.takeAdded());
            }
        }
        SeenIds restored = seenIds(TINY);
        stored.forEach(restored::restore);

        assertThat(restored.takeAdded()).isEmpty();
        assertThat(restored.clock()).isEqualTo(seen.clock());
        assertThat(restored.size()).isEqualTo(seen.size());
        for (int i = 0; i < 5_000; i++) {
            assertThat(restored.isDuplicate(id("id-" + i), NOW + 5_000)).isTrue();
        }
        assertThat(restored.isDuplicate(id("id-5000"), NOW)).isFalse();
    }

    @Test
    void shouldGiveWhatItRemembersInPiecesThatKafkaTakes() {
        SeenIds seen = seenIds(ROOMY);
        fill(seen, "id-", 100_000, NOW);

        List<byte[]> pieces = seen.takeAdded();

        assertThat(pieces)
                .hasSizeGreaterThan(1)
                .allSatisfy(
                        piece -> assertThat(piece.length).isLessThan(1_000_000).isPositive());
        SeenIds restored = seenIds(ROOMY);
        pieces.forEach(restored::restore);
        assertThat(restored.isDuplicate(id("id-0"), NOW)).isTrue();
        assertThat(restored.isDuplicate(id("id-99999"), NOW)).isTrue();
    }

    @Test
    void shouldForgetWhatIsPastTheHorizon() {
        SeenIds seen = seenIds(TINY);
        for (int i = 0; i < 200_000; i++) {
            assertThat(seen.isDuplicate(id("id-" + i), NOW + i * 60L)).isFalse();
            seen.takeAdded();
        }

        // 11 000 are not, and the longest run spans a quarter of that.
        assertThat(seen.size()).isBetween(10_000L, 15_000L);
        assertThat(seen.forgottenEarly()).isZero();
        assertThat(seen.isDuplicate(id("id-199000"), NOW + 200_000 * 60L)).isTrue();
    }

    @Test
    void shouldGoThroughFewFiles() {
        SeenIds seen = seenIds(TINY);
        fill(seen, "id-", 100_000, NOW);

        // 2 273 tables, merged by four: at most three of each size and those being merged.
        Awaitility.await().atMost(Duration.ofSeconds(20)).until(() -> {
            seen.takeAdded();
            return seen.runs() <= 6 * 3;
        });
        assertThat(seen.size()).isEqualTo(100_000);
    }

    @Test
    void shouldNotForgetWhatLagsBehind() {
        SeenIds seen = seenIds(TINY);
        long lagging = NOW - 10 * HORIZON;
        seen.isDuplicate(id("ahead"), NOW);
        seen.isDuplicate(id("behind"), lagging);
        fill(seen, "x", 10_000, NOW + HORIZON);

        assertThat(seen.isDuplicate(id("behind"), lagging + HORIZON)).isTrue();
        assertThat(seen.isDuplicate(id("behind"), lagging + HORIZON + 1)).isFalse();
    }

    @Test
    void shouldForgetTheOldestWhereTheHeapHasNoRoom() {
        long bound = IdRun.heapBytesFor(2_000);
        SeenIds seen = seenIds(new IdLimits(64, bound));
        for (int i = 0; i < 100_000; i++) {
            seen.isDuplicate(id("id-" + i), NOW);
            assertThat(seen.runBytes()).isLessThanOrEqualTo(bound);
        }

        assertThat(seen.forgottenEarly()).isPositive();
        assertThat(seen.size() + seen.forgottenEarly()).isEqualTo(100_000);
        assertThat(seen.isDuplicate(id("id-99900"), NOW)).isTrue();
        assertThat(seen.isDuplicate(id("id-0"), NOW)).isFalse();
    }

    @Test
    void shouldFailWhenFilesCannotBeMadeAndWorkAgainAfterClear() {
        Path missing = folder.resolve("missing");
        SeenIds seen = new SeenIds(missing, HORIZON, TINY);
        opened.add(seen);

        assertThatThrownBy(() -> fill(seen, "id-", 1_000, NOW))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining(missing.toString())
                .hasRootCauseInstanceOf(NoSuchFileException.class);

        seen.clear();
        assertThat(missing.toFile().mkdir()).isTrue();
        fill(seen, "id-", 1_000, NOW);
        assertThat(seen.isDuplicate(id("id-0"), NOW)).isTrue();
    }

    @Test
    void shouldForgetAllAtAnyTime() {
        SeenIds seen = seenIds(TINY);
        for (int i = 1; i < 500; i++) {
            fill(seen, "id-", i, NOW);
            seen.clear();
            assertThat(seen.size()).isZero();
            assertThat(seen.runs()).isZero();
            assertThat(seen.runBytes()).isZero();
            assertThat(seen.takeAdded()).isEmpty();
            assertThat(seen.isDuplicate(id("id-0"), NOW)).isFalse();
            assertThat(seen.isDuplicate(id("id-0"), NOW)).isTrue();
            seen.clear();
        }
    }

    private void fill(SeenIds seen, String prefix, int ids, long append) {
        for (int i = 0; i < ids; i++) {
            assertThat(seen.isDuplicate(id(prefix + i), append)).isFalse();
        }
    }

    private static void awaitRuns(SeenIds seen) {
        Awaitility.await().atMost(Duration.ofSeconds(20)).until(() -> {
            seen.takeAdded();
            return seen.runs() > 0;
        });
    }

    private SeenIds seenIds(IdLimits limits) {
        SeenIds seen = new SeenIds(folder, HORIZON, limits);
        opened.add(seen);
        return seen;
    }

    private Utf8Slice id(String text) {
        assertThat(view.read(("{\"type\":\"page_view\",\"page\":\"/\",\"id\":\"" + text + "\"}")
                        .getBytes(StandardCharsets.UTF_8)))
                .isNull();
        return view.id();
    }
}
