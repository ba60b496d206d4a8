package io.tallystream.processor.ids;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class IdTableTest {
    private record Entry(long high, long low, long append) {}

    private static final Comparator<Entry> BY_DIGEST = (one, other) -> one.high == other.high
            ? Long.compareUnsigned(one.low, other.low)
            : Long.compareUnsigned(one.high, other.high);

    private final SplittableRandom random = new SplittableRandom(1);

    @Test
    void shouldGoOverAllInTheOrderOfTheirDigests() {
        IdTable table = new IdTable(5_000);
        List<Entry> entries = fill(table);

        entries.sort(BY_DIGEST);
        assertThat(entries).hasSize(3_500);
        assertThat(all(table)).isEqualTo(entries);
        assertThat(all(table.doubled())).isEqualTo(entries);
    }

    @Test
    void shouldKnowAllAfterItHasGrown() {
        IdTable table = new IdTable(1_000);
        List<Entry> entries = fill(table);

        IdTable doubled = table.doubled();

        assertThat(doubled.size()).isEqualTo(table.size());
        assertThat(entries)
                .allMatch(entry -> doubled.contains(entry.high, entry.low, entry.append, entry.append))
                .noneMatch(entry -> doubled.contains(entry.high, entry.low, entry.append + 1, Long.MAX_VALUE))
                .noneMatch(entry -> doubled.contains(entry.high, entry.low + 1, Long.MIN_VALUE, Long.MAX_VALUE));
    }

    @Test
    void shouldTakeAnyTimeAndAnyDigest() {
        IdTable table = new IdTable(100);
        table.add(0, 0, 0);
        table.add(-1, -1, -1);

        assertThat(table.contains(0, 0, 0, 0)).isTrue();
        assertThat(table.contains(-1, -1, -1, -1)).isTrue();
        assertThat(table.contains(0, -1, Long.MIN_VALUE, Long.MAX_VALUE)).isFalse();
    }

    @Test
    void shouldKeepSeveralAppendsOfOneId() {
        IdTable table = new IdTable(100);
        table.add(7, 7, 1_000);
        table.add(7, 7, 5_000);

        assertThat(table.contains(7, 7, 1_000, 1_000)).isTrue();
        assertThat(table.contains(7, 7, 5_000, 5_000)).isTrue();
        assertThat(table.contains(7, 7, 1_001, 4_999)).isFalse();
    }

    @Test
    void shouldBeFullRatherThanSlowWhenDigestsCollide() {
        IdTable table = new IdTable(100_000);
        int taken = 0;
        while (table.add(Long.MIN_VALUE, taken, 1)) {
            taken++;
        }

        assertThat(taken).isBetween(1_000, 2_000);
        assertThat(all(table)).hasSize(taken).isSortedAccordingTo(BY_DIGEST);
        assertThat(all(table.doubled())).hasSize(taken);
    }

    @Test
    void shouldBeEmptyAfterClear() {
        IdTable table = new IdTable(100);
        fill(table);

        table.clear();

        assertThat(table.size()).isZero();
        assertThat(all(table)).isEmpty();
    }

    private List<Entry> fill(IdTable table) {
        List<Entry> entries = new ArrayList<>();
        Entry entry = newEntry();
        while (table.add(entry.high, entry.low, entry.append)) {
            entries.add(entry);
            entry = newEntry();
        }
        return entries;
    }

    private Entry newEntry() {
        return new Entry(random.nextLong(), random.nextLong(), random.nextLong(1_000_000));
    }

    private static List<Entry> all(IdTable table) {
        List<Entry> entries = new ArrayList<>();
        IdTable.Cursor cursor = table.cursor();
        while (cursor.advance()) {
            entries.add(new Entry(cursor.high(), cursor.low(), cursor.append()));
        }
        return entries;
    }
}
