package io.tallystream.benchmarks;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ChoiceTest {
    @TempDir
    private Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"1", " 7 ", "256"})
    void shouldTakeAWholeNumberOfItsRange(String value) {
        assertThatCode(() -> Choice.whole("threads", 1, 256).check(value)).doesNotThrowAnyException();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "0", "257", "-1", "1.5", "3000000000", "1,2", "many"})
    void shouldTellByItsNameWhatIsNoNumberOfItsRange(String value) {
        assertThatThrownBy(() -> Choice.whole("threads", 1, 256).check(value))
                .isInstanceOf(BadOptionException.class)
                .hasMessage("option threads must be a whole number from 1 to 256, not " + value);
    }

    @Test
    void shouldJudgeEachOfSeveralNumbers() {
        Choice days = Choice.wholes("days", 1, 400);

        days.check("1, 7,30");
        assertThatThrownBy(() -> days.check("1,0"))
                .isInstanceOf(BadOptionException.class)
                .hasMessage("option days must be whole numbers from 1 to 400, comma-separated, not 1,0");
        assertThatThrownBy(() -> days.check("1,")).isInstanceOf(BadOptionException.class);
    }

    @Test
    void shouldTakeOnlyWhatThereIs() {
        Choice parts = Choice.someOf("parts", List.of("threads", "users"));

        parts.check("users, threads");
        assertThatThrownBy(() -> parts.check("users,moon"))
                .isInstanceOf(BadOptionException.class)
                .hasMessage("option parts must be some of threads,users, comma-separated, not users,moon");
        assertThatThrownBy(() -> parts.check("")).isInstanceOf(BadOptionException.class);
    }

    @Test
    void shouldTakeOnlyASizeForAHeap() {
        Choice heap = Choice.heap("heap");

        heap.check("512m");
        heap.check("1G");
        for (String bad : List.of("", "1", "0m", "1t", "m", "1g -Dx=y")) {
            assertThatThrownBy(() -> heap.check(bad)).isInstanceOf(BadOptionException.class);
        }
    }

    @Test
    void shouldTakeOnlyAFolderThatIsThere() {
        Choice replaced = Choice.folder("replaced");

        replaced.check(folder.toString());
        assertThatThrownBy(() -> replaced.check(folder.resolve("none").toString()))
                .isInstanceOf(BadOptionException.class)
                .hasMessageContaining("option replaced must be a folder that is there");
    }
}
