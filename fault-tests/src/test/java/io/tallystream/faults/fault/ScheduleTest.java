package io.tallystream.faults.fault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ScheduleTest {
    private static final Set<FaultKind> ALL = EnumSet.allOf(FaultKind.class);

    @Test
    void shouldFollowFromTheSeed() {
        assertThat(round(7)).isEqualTo(round(7)).isNotEqualTo(round(8));
    }

    @Test
    void shouldLetEachKindComeOnceInARound() {
        Schedule schedule = new Schedule(ALL, 3);

        for (int round = 0; round < 3; round++) {
            List<FaultKind> kinds = new ArrayList<>();
            for (int fault = 0; fault < ALL.size(); fault++) {
                kinds.add(schedule.next().kind());
            }
            assertThat(kinds).containsExactlyInAnyOrderElementsOf(ALL);
        }
    }

    @Test
    void shouldKeepFaultsWithinTheirLengths() {
        assertThat(round(5))
                .allSatisfy(fault -> assertThat(fault.length())
                        .isBetween(fault.kind().shortest(), fault.kind().longest()));
    }

    @Test
    void shouldNeedAKind() {
        assertThatIllegalArgumentException().isThrownBy(() -> new Schedule(Set.of(), 1));
    }

    @Test
    void shouldFindKindsByTheirLabels() {
        assertThat(ALL)
                .allSatisfy(kind -> assertThat(FaultKind.ofLabel(kind.label())).isSameAs(kind));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> FaultKind.ofLabel("flood"))
                .withMessage("there is no fault flood");
    }

    private static List<Fault> round(long seed) {
        Schedule schedule = new Schedule(ALL, seed);
        return ALL.stream().map(any -> schedule.next()).toList();
    }
}
