package io.tallystream.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

class OptionsTest {
    private final Options options = new Options(Map.of("rows", "12", "days", "1, 7", "contenders", "engine, dsl"));

    @Test
    void shouldPreferWhatWasChosen() {
        assertThat(options.number("rows", 500)).isEqualTo(12);
        assertThat(options.numbers("days", "30")).containsExactly(1, 7);
        assertThat(options.texts("contenders", "engine")).containsExactly("engine", "dsl");
    }

    @Test
    void shouldUseTheDefaultOfWhatWasNotChosen() {
        assertThat(options.number("seconds", 500)).isEqualTo(500);
        assertThat(options.numbers("users", "1,100")).containsExactly(1, 100);
        assertThat(options.text("kind", "all")).isEqualTo("all");
    }
}
