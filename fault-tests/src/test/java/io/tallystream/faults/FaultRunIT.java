package io.tallystream.faults;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystream.faults.FaultRun.Plan;
import io.tallystream.faults.check.Violations.Violation;
import io.tallystream.faults.fault.FaultKind;
import io.tallystream.faults.system.SmallDisk;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What {@code tallystream prove} runs, shorter. */
class FaultRunIT {
    // How fast counts are exact again is for the ledger, on a machine that does nothing else.
    private static final Duration WHENEVER = Duration.ofMinutes(5);
    private static final long SEED = 20_261_121;

    @TempDir
    private Path folder;

    @Test
    @Timeout(900)
    void shouldStayExactWhileOneThingAfterTheOtherGoesWrong() throws Exception {
        assertExact(EnumSet.of(
                FaultKind.GATEWAY_KILLED,
                FaultKind.ANSWERS_LOST,
                FaultKind.PROCESSOR_KILLED,
                FaultKind.SINK_PAUSED,
                FaultKind.BROKER_KILLED,
                FaultKind.REDIS_LOST));
    }

    /** Full disks too, where there can be any: for root on Linux. */
    @Test
    @Tag("long")
    @Timeout(2_400)
    void shouldStayExactWhateverGoesWrong() throws Exception {
        assertExact(
                SmallDisk.arePossible(folder.resolve("disks"))
                        ? EnumSet.allOf(FaultKind.class)
                        : FaultKind.forAnyUser());
    }

    private void assertExact(Set<FaultKind> kinds) throws Exception {
        Ledger ledger = new FaultRun(new Plan(folder, Duration.ZERO, SEED, 300, kinds, WHENEVER), line -> {}).run();

        assertThat(ledger.violations()).extracting(Violation::toString).isEmpty();
        assertThat(ledger.recoveries()).containsOnlyKeys(kinds);
        assertThat(ledger.acknowledged()).isPositive();
        assertThat(ledger.check().of("accepted")).isPositive().isLessThanOrEqualTo(ledger.acknowledged());
        assertThat(ledger.check().of("duplicate")).isPositive();
        assertThat(ledger.check().of("late")).isPositive();
        assertThat(ledger.check().of("invalid")).isPositive();
        assertThat(ledger.text()).contains("faults survived").contains("redis-lost");
    }
}
