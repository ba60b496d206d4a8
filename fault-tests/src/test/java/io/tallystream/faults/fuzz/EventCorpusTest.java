package io.tallystream.faults.fuzz;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class EventCorpusTest {
    static List<Path> seeds() throws IOException {
        return Corpus.seeds("events");
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void shouldBeJudgedTheSameByAll(Path input) throws IOException {
        byte[] bytes = Files.readAllBytes(input);

        assertThatCode(() -> EventFuzz.fuzzerTestOneInput(bytes)).doesNotThrowAnyException();
    }

    @Test
    void shouldJudgeWhatTheFuzzerHasLearntTheSame() throws IOException {
        List<byte[]> inputs = Corpus.learnt("events");

        assertThat(inputs).isNotEmpty().allSatisfy(EventFuzz::fuzzerTestOneInput);
    }
}
