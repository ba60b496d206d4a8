package io.tallystream.runtime.management;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.junit.jupiter.api.Test;

class MeterSetTest {
    private final MeterRegistry registry = new SimpleMeterRegistry();

    @Test
    void shouldTakeItsMetersAwayAndNoOthers() {
        Counter other = registry.counter("other");
        try (MeterSet meters = new MeterSet(registry)) {
            meters.add(meters.registry().counter("one"));
            meters.add(meters.registry().counter("two"));
            assertThat(registry.getMeters()).hasSize(3);
        }
        assertThat(registry.getMeters()).containsExactly(other);
    }

    @Test
    void shouldNotLeaveWhatComesLate() {
        MeterSet meters = new MeterSet(registry);
        meters.close();

        meters.add(registry.counter("late"));

        assertThat(registry.getMeters()).isEmpty();
    }
}
