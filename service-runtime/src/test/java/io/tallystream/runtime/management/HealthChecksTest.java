package io.tallystream.runtime.management;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;

class HealthChecksTest {
    private final HealthChecks checks = new HealthChecks();

    @Test
    void shouldGiveAllAnswersByName() {
        checks.add("kafka", () -> Health.up("3 brokers"));
        checks.add("redis", () -> Health.down("not connected"));

        assertThat(checks.results())
                .isEqualTo(Map.of("kafka", new Health(true, "3 brokers"), "redis", new Health(false, "not connected")));
    }

    @Test
    void shouldTakeACheckThatThrowsOrGivesNoAnswerAsDown() {
        checks.add("throws", () -> {
            throw new IllegalStateException("broken");
        });
        checks.add("silent", () -> null);

        assertThat(checks.results())
                .isEqualTo(Map.of(
                        "throws", Health.down("the check failed: java.lang.IllegalStateException: broken"),
                        "silent", Health.down("the check gave no answer")));
    }

    @Test
    void shouldRefuseTheSameNameTwice() {
        checks.add("kafka", () -> Health.up("first"));

        assertThatThrownBy(() -> checks.add("kafka", () -> Health.up("second")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("kafka");
        assertThat(checks.results()).isEqualTo(Map.of("kafka", Health.up("first")));
    }
}
