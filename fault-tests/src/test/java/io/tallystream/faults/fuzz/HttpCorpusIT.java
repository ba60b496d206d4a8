package io.tallystream.faults.fuzz;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import io.tallystream.embedded.EmbeddedKafka;
import io.tallystream.embedded.junit.WithKafka;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@WithKafka
@Timeout(240)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class HttpCorpusIT {
    private AutoCloseable gateway;

    @BeforeAll
    void start(EmbeddedKafka kafka) throws Exception {
        gateway = HttpFuzz.start(kafka.bootstrapServers());
    }

    @AfterAll
    void stop() throws Exception {
        gateway.close();
    }

    static List<Path> seeds() throws IOException {
        return Corpus.seeds("http");
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void shouldBeAnsweredOrClosedAndOthersServed(Path input) throws IOException {
        byte[] bytes = Files.readAllBytes(input);

        assertThatCode(() -> {
                    HttpFuzz.fuzzerTestOneInput(bytes);
                    HttpFuzz.requireService();
                })
                .doesNotThrowAnyException();
    }

    @Test
    void shouldAnswerWhatTheFuzzerHasLearnt() throws IOException {
        List<byte[]> inputs = Corpus.learnt("http");

        assertThat(inputs).isNotEmpty().allSatisfy(HttpFuzz::fuzzerTestOneInput);
        assertThatCode(HttpFuzz::requireService).doesNotThrowAnyException();
    }
}
