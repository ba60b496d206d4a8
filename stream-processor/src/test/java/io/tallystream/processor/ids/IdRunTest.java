package io.tallystream.processor.ids;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IdRunTest {
    private static final int MANY = 5_000;

    @TempDir
    private Path folder;

    private final ByteBuffer page = ByteBuffer.allocate(IdRun.PAGE_BYTES);
    private IdRun run;

    @AfterEach
    void close() {
        run.close();
    }

    @Test
    void shouldFindEachIdAtItsTimeOnly() throws IOException {
        IdRun.Writer writer = new IdRun.Writer(folder, MANY);
        // Below zero is behind all others.
        for (int i = 0; i < MANY; i++) {
            writer.add(high(i), i, i);
        }
        run = writer.finish();

        assertThat(run.size()).isEqualTo(MANY);
        for (int i = 0; i < MANY; i++) {
            assertThat(run.contains(high(i), i, i, i, page)).isTrue();
            assertThat(run.contains(high(i), i, i + 1, MANY, page)).isFalse();
            assertThat(run.contains(high(i), i, -1, i - 1, page)).isFalse();
            assertThat(run.contains(high(i), i + 1, 0, MANY, page)).isFalse();
            assertThat(run.contains(high(i) + 1, i, 0, MANY, page)).isFalse();
        }
    }

    @Test
    void shouldFindAnIdThatFillsPages() throws IOException {
        IdRun.Writer writer = new IdRun.Writer(folder, MANY);
        writer.add(1, 1, 0);
        for (int i = 1; i < MANY - 1; i++) {
            writer.add(2, 2, i);
        }
        writer.add(2, 3, 0);
        run = writer.finish();

        for (int i = 1; i < MANY - 1; i++) {
            assertThat(run.contains(2, 2, i, i, page)).isTrue();
        }
        assertThat(run.contains(2, 3, 0, 0, page)).isTrue();
        assertThat(run.contains(1, 1, 0, 0, page)).isTrue();
        assertThat(run.contains(2, 4, 0, MANY, page)).isFalse();
    }

    @Test
    void shouldGoOverAllAgain() throws IOException {
        IdRun.Writer writer = new IdRun.Writer(folder, MANY);
        for (int i = 0; i < MANY; i++) {
            writer.add(high(i), i, -i);
        }
        run = writer.finish();

        IdCursor cursor = run.cursor();
        for (int i = 0; i < MANY; i++) {
            assertThat(cursor.advance()).isTrue();
            assertThat(cursor.high()).isEqualTo(high(i));
            assertThat(cursor.low()).isEqualTo(i);
            assertThat(cursor.append()).isEqualTo(-i);
        }
        assertThat(cursor.advance()).isFalse();
    }

    @Test
    void shouldLeaveNothingBehindWhateverHappens() throws IOException {
        IdRun.Writer writer = new IdRun.Writer(folder, 1);
        writer.add(1, 1, 1);
        run = writer.finish();

        assertThat(folder).isEmptyDirectory();
        assertThat(run.contains(1, 1, 1, 1, page)).isTrue();
    }

    private static long high(int i) {
        return i * (-1L >>> 14) * 2;
    }
}
