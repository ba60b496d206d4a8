package io.tallystream.ingest.http;

import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import org.junit.jupiter.api.Test;

class CrossOriginFileTest {
    @Test
    void shouldNameAFileThatIsNotThere() {
        assertThatIllegalStateException()
                .isThrownBy(() -> new CrossOriginFile("/nothing.js", "text/javascript"))
                .withMessage("/nothing.js is not in the jar");
    }
}
